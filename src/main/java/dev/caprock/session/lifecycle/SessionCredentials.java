package dev.caprock.session.lifecycle;

import dev.caprock.secrets.Vault;
import dev.caprock.session.Isolation;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import dev.caprock.session.SessionSettings;
import dev.caprock.tenant.Tenants;
import dev.caprock.workspace.Credential;
import dev.caprock.workspace.CredentialMode;
import dev.caprock.workspace.MountedRepo;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** A session's credential: of which mode, for what, for how long, and where its secret is kept until the session is closed. */
@Component
class SessionCredentials {

    private final SessionSettings settings;
    private final Tenants tenants;
    private final Vault vault;

    SessionCredentials(SessionSettings settings, Tenants tenants, Vault vault) {
        this.settings = settings;
        this.tenants = tenants;
        this.vault = vault;
    }

    static CredentialMode mode(Session session) {
        return CredentialMode.named(session.terms().credential())
                .orElseThrow(() -> new IllegalStateException("session %s has no known credential mode: %s"
                        .formatted(session.id(), session.terms().credential())));
    }

    /** Whether the mount makes the session's bookmark on this repo, rather than we. */
    static boolean branchesInMount(Session session, Repo repo) {
        return hasOwnBookmark(session, repo) && mode(session).branchesInMount();
    }

    static boolean hasOwnBookmark(Session session, Repo repo) {
        return session.terms().isolation() == Isolation.BRANCH && repo.writable();
    }

    /** What is mounted, once the repos are known. */
    static List<MountedRepo> repos(Session session) {
        return session.repos().stream().map(repo -> mounted(session, repo)).toList();
    }

    private static MountedRepo mounted(Session session, Repo repo) {
        @Nullable String own = hasOwnBookmark(session, repo) ? session.bookmark() : null;
        return new MountedRepo(
                Objects.requireNonNull(repo.id()), repo.name(), repo.writable(), repo.base(), repo.before(), own);
    }

    /**
     * A mount never refreshes its credential, so one that can be revoked is made for the longest session there may be;
     * any other for this session alone. Both cover the time that closing takes.
     */
    Duration life(Session session) {
        Duration open = mode(session).revocable()
                ? longestOpen(session)
                : session.terms().ttl();
        return open.plus(settings.closingMargin());
    }

    /** As the service and the tenant allow it now, but never less than was agreed. */
    Duration longestOpen(Session session) {
        Duration longest = settings.maximumTtl();
        Duration ofTenant = tenants.limits(session.tenant()).maximumTtl();
        if (ofTenant != null && ofTenant.compareTo(longest) < 0) {
            longest = ofTenant;
        }
        Duration agreed = session.terms().ttl();
        return agreed.compareTo(longest) > 0 ? agreed : longest;
    }

    void keep(Session session, Resource row, Credential credential) {
        vault.seal(session.id(), SecretName.credential(row.id()), credential.toBytes());
    }

    Credential kept(Session session, Resource row) {
        return vault.open(session.id(), SecretName.credential(row.id()))
                .map(Credential::of)
                .orElseThrow(() -> new IllegalStateException("the secret of %s is gone".formatted(row.id())));
    }
}
