package dev.caprock.workspace;

import dev.caprock.crypto.Sha256;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.remote.Standing;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;

/**
 * Mesa, as sessions need it: repositories, credentials for mounts, a bookmark of a session's own, and what became of it.
 *
 * <p>Every method that calls Mesa throws {@link RemoteFailure} and never retries. Unless a method says otherwise,
 * {@code Rejected} and {@code Busy} leave nothing behind, {@code Unknown} may have happened, and repeating is safe. A name
 * that breaks {@link RepoName} or {@link BookmarkName} is an {@link IllegalArgumentException}. While no key is configured,
 * all but {@link #configured} throw {@link IllegalStateException}.
 */
@Component
public class Workspaces {

    private static final Duration SHORTEST_KEY = Duration.ofSeconds(100);
    private static final Duration LONGEST_KEY = Duration.ofDays(365);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final int UNAUTHENTICATED = 401;
    private static final String INSTALLER = "mesa.dev";

    private final MesaSettings settings;
    private final Mesa mesa;
    private final Clock clock;
    private final Signer signer;

    @Autowired
    public Workspaces(MesaSettings settings, Remotes remotes, Clock clock) {
        this(settings, remotes, clock, new SecureRandom());
    }

    /** With a given source of token ids. */
    Workspaces(MesaSettings settings, Remotes remotes, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        this.signer = new Signer(clock, random);
        this.mesa = new Mesa(settings, remotes, signer);
    }

    /** Whether there is a key at all; no call. */
    public boolean configured() {
        return settings.hasKey();
    }

    /** Whether there may be keys of ours: without an API key none can be made. No call. */
    public boolean makesKeys() {
        return settings.apiKey() != null;
    }

    /** Whether it may be asked for credentials now. Tells what is known and asks nobody. */
    public Standing standing() {
        return mesa.standing();
    }

    Mesa mesa() {
        return mesa;
    }

    Signer signer() {
        return signer;
    }

    /** The version of the command line that a sandbox mounts with. */
    public String cliVersion() {
        return settings.cliVersion();
    }

    /**
     * The hosts that a sandbox must reach to mount: its service, of which the names are not all documented, and the one that the
     * command line is installed from.
     */
    public List<String> hosts() {
        String own = settings.serviceDomain() == null
                ? INSTALLER
                : settings.serviceDomain().replaceFirst(":.*", "").toLowerCase(Locale.ROOT);
        return Stream.of(INSTALLER, own, "*." + own).distinct().toList();
    }

    /** The organisation's slug, as configured, or else asked for once. */
    public String organisation() {
        return mesa.organisation();
    }

    /**
     * A stable name, no secret, for the key that resources were made with: a 404 proves nothing to another. No call, so that an
     * intent can name it whatever Mesa does.
     */
    public String account() {
        String key = settings.apiKey();
        String named = key == null ? settings.signingKey().publicPart() : key;
        return "mesa/" + Sha256.hexadecimal(named).substring(0, 8);
    }

    /** The repository of this name, or empty. */
    public Optional<Repo> repo(String name) {
        String repo = RepoName.checked(name);
        return mesa.find("read repository", (api, org) -> api.repo(org, repo)).map(MesaApi.RepoBody::repo);
    }

    /**
     * Creates a repository, or returns the one that has this name already. When the answer is lost it is looked for by name;
     * {@code Unknown} means that it was not there yet, and may still appear.
     */
    public Repo createRepo(String name) {
        String repo = RepoName.checked(name);
        try {
            return mesa.ask("create repository", (api, org) -> api.createRepo(org, new MesaApi.NewRepo(repo)))
                    .repo();
        } catch (RemoteFailure.Busy busy) {
            throw busy;
        } catch (RemoteFailure.Rejected | RemoteFailure.Unknown failure) {
            return repo(repo).orElseThrow(() -> failure);
        }
    }

    /**
     * Makes a key that expires by itself.
     *
     * <p>Repeating makes another key. After {@code Unknown}, or a crash, revoke what {@link #liveKeys} finds first: a key
     * whose answer was lost has a secret that nobody knows.
     *
     * @param keyName what it can be found by, unique to the session
     * @param repoIds the only repositories that it opens; never empty, since that would mean all
     * @param life at least 100 s, at most 365 days; a part of a second is rounded up
     * @param tags keys of at most 64 lower-case, values of at most 256 characters
     */
    MintedKey mint(String keyName, List<String> repoIds, boolean write, Duration life, Map<String, String> tags) {
        if (repoIds.isEmpty()) {
            throw new IllegalArgumentException("a key without repositories would open all of them: " + keyName);
        }
        if (life.compareTo(SHORTEST_KEY) < 0 || life.compareTo(LONGEST_KEY) > 0) {
            throw new IllegalArgumentException("a key lives between 100 s and 365 days, not " + life);
        }
        long seconds = life.plusNanos(999_999_999).toSeconds();
        var key = new MesaApi.NewKey(keyName, scopes(write), repoIds, seconds, tags);
        var created = mesa.ask("mint key", (api, org) -> api.createKey(org, key));
        return new MintedKey(created.id(), created.key());
    }

    /** The ids of the keys with exactly this name that are neither revoked nor expired. */
    public List<String> liveKeys(String keyName) {
        return live(keyName)
                .filter(key -> keyName.equals(key.name()))
                .map(MesaApi.Key::id)
                .toList();
    }

    /** The keys whose names begin like this and that carry this tag, neither revoked nor expired. */
    public List<OwnedKey> liveKeys(String namePrefix, String tag, String value) {
        return live(namePrefix)
                .filter(key -> key.isTagged(tag, value))
                .flatMap(key -> owned(key, namePrefix).stream())
                .toList();
    }

    private static Optional<OwnedKey> owned(MesaApi.Key key, String namePrefix) {
        if (key.name() == null || !key.name().startsWith(namePrefix) || key.tags() == null || key.createdAt() == null) {
            return Optional.empty();
        }
        return Optional.of(new OwnedKey(key.id(), key.name(), key.tags(), key.createdAt()));
    }

    private Stream<MesaApi.Key> live(String query) {
        // Past its end a key counts as live for a while: revoking a dead one is harmless, missing a live one is not.
        Instant dead = clock.instant().minus(CLOCK_SKEW);
        return mesa.all("list keys", (api, org, cursor) -> api.keys(org, query, cursor)).stream()
                .filter(key -> key.revokedAt() == null)
                .filter(key -> key.expiresAt() == null || key.expiresAt().isAfter(dead));
    }

    /**
     * Revokes a key and with it, at once, every token that it signed. Success too when it is gone already. The proof is
     * {@link #refused}, not this.
     */
    public void revoke(String keyId) {
        mesa.release("revoke key", (api, org) -> api.revokeKey(org, keyId));
    }

    /**
     * Tries a credential: true means that Mesa refuses it (401), false that it works. Any other answer proves nothing and is
     * {@code Busy} or {@code Unknown}.
     */
    boolean refused(String credential) {
        try {
            mesa.identity(credential);
            return false;
        } catch (RemoteFailure.Rejected refusal) {
            if (refusal.status() == UNAUTHENTICATED) {
                return true;
            }
            throw new RemoteFailure.Unknown(
                    Mesa.NAME,
                    "try credential",
                    refusal.status(),
                    refusal.code(),
                    "answered %d, neither accepted nor refused".formatted(refusal.status()),
                    refusal);
        }
    }

    private static List<String> scopes(boolean write) {
        return write ? List.of("read", "write") : List.of("read");
    }

    /**
     * Gives a session a bookmark of its own, on a new empty change over the base bookmark's. Where the bookmark exists already
     * it is taken as it is, whatever the base has become since; so repeating is safe after any failure, and leaves at most a
     * change that no bookmark names.
     *
     * @throws RemoteFailure.Rejected with 404 when there is no such repository or base bookmark
     */
    public Branched branch(String repo, String baseBookmark, String workBookmark, String message) {
        BookmarkName.checked(baseBookmark);
        return existing(repo, workBookmark).orElseGet(() -> {
            String base = change(repo, baseBookmark);
            return branched(repo, base, workBookmark, message);
        });
    }

    private Optional<Branched> existing(String repo, String workBookmark) {
        return find(repo, workBookmark).map(bookmark -> {
            var work = readChange(repo, bookmark.change());
            String base = work.parents().isEmpty() ? Tip.ROOT : work.parents().getFirst();
            return new Branched(base, work.id());
        });
    }

    private Branched branched(String repo, String base, String workBookmark, String message) {
        var work = mesa.ask(
                "create change", (api, org) -> api.createChange(org, repo, new MesaApi.NewChange(base, message)));
        try {
            var bookmark = new MesaApi.NewBookmark(workBookmark, work.id());
            mesa.ask("create bookmark", (api, org) -> api.createBookmark(org, repo, bookmark));
            return new Branched(base, work.id());
        } catch (RemoteFailure.Rejected taken) {
            // Another attempt of ours may have been faster: what it made counts.
            return existing(repo, workBookmark).orElseThrow(() -> taken);
        }
    }

    /** What a bookmark names now. {@code Rejected} with 404 when there is none. */
    public Tip tip(String repo, String bookmark) {
        String change = change(repo, bookmark);
        return change.equals(Tip.ROOT)
                ? new Tip(change, Tip.ROOT_COMMIT)
                : new Tip(change, readChange(repo, change).commit());
    }

    /**
     * What the bookmark that a mount was to make names now; empty when there is none, because nobody ever opened the repository
     * there. Once seen, remember its change: after a merge the bookmark is gone too.
     *
     * @throws RemoteFailure.Rejected with 404 when the repository itself is gone
     */
    public Optional<Tip> work(String repo, String workBookmark) {
        Optional<MesaApi.Bookmark> found = find(repo, workBookmark);
        if (found.isEmpty() && repo(repo).isEmpty()) {
            throw new RemoteFailure.Rejected(Mesa.NAME, "read repository", 404, "", "no repository " + repo);
        }
        return found.map(MesaApi.Bookmark::change)
                .map(change -> new Tip(change, readChange(repo, change).commit()));
    }

    /**
     * Merges one bookmark into another. A conflict changes nothing.
     *
     * <p>Repeating after {@code Unknown} is safe: where the first attempt did it, Mesa finds nothing to do, or makes a further
     * merge without content. A source that is gone counts as merged, with the target's present tip, if the target contains
     * {@code workChange}; otherwise it is {@code Rejected} with 404.
     *
     * @param workChange the change that the source was branched with ({@link Branched#workChange}), or found with ({@link #work})
     * @param deleteSource whether the source goes once merged, or found to have been
     */
    public Merged merge(
            String repo, String source, String target, String workChange, String message, boolean deleteSource) {
        RepoName.checked(repo);
        BookmarkName.checked(source);
        BookmarkName.checked(target);
        try {
            return merged(repo, new MesaApi.Merge(target, source, deleteSource, message));
        } catch (RemoteFailure.Rejected refused) {
            if (refused.isAbsent() && find(repo, source).isEmpty() && contains(repo, target, workChange)) {
                Tip now = tip(repo, target);
                return new Merged.Clean(now.change(), now.commit());
            }
            throw refused;
        }
    }

    private Merged merged(String repo, MesaApi.Merge merge) {
        Answer answer = mesa.ask("merge bookmark", (api, org) -> {
            try {
                return new Answer.Done(api.merge(org, repo, merge));
            } catch (HttpClientErrorException.Conflict refused) {
                return MergeConflict.read(refused.getResponseBodyAsByteArray())
                        .map(Answer.Conflicting::new)
                        .orElseThrow(() -> refused);
            }
        });
        return switch (answer) {
            case Answer.Conflicting(var paths) -> new Merged.Conflict(paths);
            case Answer.Done(var body) -> {
                if (merge.deleteSource() && !body.sourceDeleted()) {
                    deleteBookmark(repo, merge.source());
                }
                yield body.type().equals("no_op")
                        ? new Merged.NothingToDo()
                        : new Merged.Clean(body.change(), body.commit());
            }
        };
    }

    /** What a call to merge came to, if it came to anything. */
    private sealed interface Answer {

        record Done(MesaApi.MergeBody body) implements Answer {}

        record Conflicting(List<String> paths) implements Answer {}
    }

    private boolean contains(String repo, String bookmark, String change) {
        return mesa.any(
                "list changes",
                (api, org, cursor) -> api.changes(org, repo, bookmark, cursor),
                one -> one.id().equals(change));
    }

    /** Deletes a bookmark; its changes stay. Success too when it, or its repository, is gone already. */
    public void deleteBookmark(String repo, String bookmark) {
        RepoName.checked(repo);
        BookmarkName.checked(bookmark);
        mesa.find("delete bookmark", (api, org) -> api.deleteBookmark(org, repo, bookmark));
    }

    /** What lies between two changes, each as it is now; {@link Tip#ROOT} is allowed. */
    public DiffSummary diff(String repo, String baseChange, String headChange) {
        RepoName.checked(repo);
        return mesa.ask("diff", (api, org) -> api.diff(org, repo, baseChange, headChange))
                .summary();
    }

    /** The change that a bookmark names. The default bookmark of a repository never written may not exist yet. */
    private String change(String repo, String bookmark) {
        return find(repo, bookmark)
                .map(MesaApi.Bookmark::change)
                .or(() -> repo(repo)
                        .filter(found -> found.defaultBookmark().equals(bookmark))
                        .map(Repo::headChange))
                .orElseThrow(() -> new RemoteFailure.Rejected(
                        Mesa.NAME, "read bookmark", 404, "", "no bookmark %s in %s".formatted(bookmark, repo)));
    }

    private Optional<MesaApi.Bookmark> find(String repo, String bookmark) {
        RepoName.checked(repo);
        BookmarkName.checked(bookmark);
        return mesa.find("read bookmark", (api, org) -> api.bookmark(org, repo, bookmark));
    }

    private MesaApi.Change readChange(String repo, String change) {
        return mesa.ask("read change", (api, org) -> api.change(org, repo, change));
    }
}
