package dev.caprock.workspace;

import dev.caprock.remote.RemoteFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * A session's credential from its making to its end, whatever its mode: made, handed over to the mount, ended.
 *
 * <p>Calls to Mesa throw {@link RemoteFailure} and are not repeated here.
 */
@Component
public class Credentials {

    /** So long a key outlives the tokens that it signs. */
    private static final Duration KEY_MARGIN = Duration.ofMinutes(5);

    private static final Duration TRIAL = Duration.ofMinutes(5);

    private final MesaSettings settings;
    private final Workspaces workspaces;
    private final Signer signer;
    private final Clock clock;

    @Autowired
    public Credentials(MesaSettings settings, Workspaces workspaces, Clock clock) {
        this.settings = settings;
        this.workspaces = workspaces;
        this.signer = workspaces.signer();
        this.clock = clock;
    }

    /**
     * Makes a credential for these repositories, and only these. Where the mode is {@link CredentialMode#revocable} this makes
     * a key: repeating makes another, so after {@code Unknown}, or a crash, revoke what {@link Workspaces#liveKeys} finds by
     * name first. Otherwise it is signed here, leaves nothing outside, and may be repeated.
     *
     * @param keyName what a key can be found by, unique to the attempt
     * @param life until nothing of the session needs it any more; at least 100 s, at most {@link
     *     CredentialMode#longestLife}, in whole seconds
     * @param tags of a key: keys of at most 64 lower-case, values of at most 256 characters
     */
    public Credential mint(
            CredentialMode mode, String keyName, List<MountedRepo> repos, Duration life, Map<String, String> tags) {
        check(mode, repos, life);
        boolean write = repos.stream().anyMatch(MountedRepo::writable);
        return switch (mode) {
            case DERIVED_TOKEN -> key(mode, keyName, repos, write, life, KEY_MARGIN, tags);
            case SESSION_KEY -> key(mode, keyName, repos, write, life, Duration.ZERO, tags);
            case ACCESS_TOKEN -> signed(mode, signer.ofKey(serviceKey(), scopes(write), fullNames(repos), life));
            case LAYOUT ->
                signed(
                        mode,
                        signer.ofOrganisation(
                                settings.signingKey(), List.of(settings.author()), LayoutToken.accessTo(repos), life));
        };
    }

    private static void check(CredentialMode mode, List<MountedRepo> repos, Duration life) {
        if (repos.isEmpty()) {
            throw new IllegalArgumentException("a credential without repositories might open all of them");
        }
        if (life.compareTo(mode.longestLife()) > 0) {
            throw new IllegalArgumentException(
                    "a credential of mode %s lives at most %s, not %s".formatted(mode, mode.longestLife(), life));
        }
        long writable = repos.stream().filter(MountedRepo::writable).count();
        if (!mode.mixesRights() && writable > 0 && writable < repos.size()) {
            throw new IllegalArgumentException(
                    "a credential of mode %s has the same rights in all its repositories".formatted(mode));
        }
    }

    private Credential key(
            CredentialMode mode,
            String name,
            List<MountedRepo> repos,
            boolean write,
            Duration life,
            Duration margin,
            Map<String, String> tags) {
        var end = clock.instant().plus(life);
        List<String> ids = repos.stream().map(MountedRepo::id).toList();
        MintedKey key = workspaces.mint(name, ids, write, life.plus(margin), tags);
        return new Credential(mode, key.id(), key.secret(), end);
    }

    private static Credential signed(CredentialMode mode, Signer.Signed signed) {
        return new Credential(mode, signed.id(), signed.token(), signed.expiresAt());
    }

    private MintedKey serviceKey() {
        return workspaces.mesa().serviceKey();
    }

    private List<String> fullNames(List<MountedRepo> repos) {
        String prefix = workspaces.organisation() + "/";
        return repos.stream().map(repo -> prefix + repo.name()).toList();
    }

    private static List<String> scopes(boolean write) {
        return write ? List.of("read", "write") : List.of("read");
    }

    /**
     * What the mount is started with. Repeatable, also after an earlier mount of the same session: that one's edits are
     * resumed. Asks Mesa only where the mount makes the session's bookmark.
     *
     * @param repos with their {@code baseChange}, since the workspace is open by now
     */
    public MountEnvironment handover(Credential credential, List<MountedRepo> repos) {
        String domain = settings.serviceDomain();
        return switch (credential.mode()) {
            case DERIVED_TOKEN ->
                MountEnvironment.of(workspaces.organisation(), token(credential, repos), pins(repos), domain);
            case ACCESS_TOKEN ->
                MountEnvironment.of(workspaces.organisation(), credential.secret(), pins(repos), domain);
            case SESSION_KEY ->
                MountEnvironment.ofKey(workspaces.organisation(), credential.secret(), pins(repos), domain);
            case LAYOUT -> MountEnvironment.of(credential.secret(), Layout.of(repos, begun(repos)), domain);
        };
    }

    /** Of the same end as all before it, whenever it is signed. */
    private String token(Credential credential, List<MountedRepo> repos) {
        var key = new MintedKey(credential.id(), credential.secret());
        boolean write = repos.stream().anyMatch(MountedRepo::writable);
        Duration rest = Duration.between(clock.instant(), credential.expiresAt());
        return signer.ofKey(key, scopes(write), fullNames(repos), rest).token();
    }

    private static Map<String, String> pins(List<MountedRepo> repos) {
        var pins = new HashMap<String, String>();
        repos.forEach(repo -> pins.put(repo.name(), repo.shown()));
        return pins;
    }

    private Set<String> begun(List<MountedRepo> repos) {
        var begun = new HashSet<String>();
        for (MountedRepo repo : repos) {
            if (repo.own() != null && workspaces.work(repo.name(), repo.own()).isPresent()) {
                begun.add(repo.name());
            }
        }
        return begun;
    }

    /** Whether a text holds a key of ours that may never enter a sandbox, or any private key. */
    public boolean holdsRootKey(String text) {
        String key = settings.apiKey();
        return PrivateKey.isIn(text) || key != null && text.contains(key);
    }

    /** Where the mount of a mode shows a repository, relative to the home folder. */
    public String folder(CredentialMode mode, String repo) {
        return mode == CredentialMode.LAYOUT
                ? Mount.POINT + Layout.path(repo)
                : Mount.workingDirectory(workspaces.organisation(), repo);
    }

    /** Ends a credential as far as that can be, and tries it. Repeatable. */
    public CredentialEnd end(Credential credential) {
        if (!credential.mode().revocable()) {
            return new CredentialEnd.Outlives(credential.expiresAt());
        }
        workspaces.revoke(credential.id());
        return workspaces.refused(trial(credential)) ? new CredentialEnd.Refused() : new CredentialEnd.StillWorks();
    }

    /** What the mount was given, or its equal. */
    private String trial(Credential credential) {
        if (credential.mode() == CredentialMode.SESSION_KEY) {
            return credential.secret();
        }
        var key = new MintedKey(credential.id(), credential.secret());
        return signer.ofKey(key, scopes(false), null, TRIAL).token();
    }
}
