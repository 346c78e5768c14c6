package dev.caprock.simulator.mesa;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request and what they may do now.
 *
 * @param credential names the credential in records; never the secret
 * @param key the API key behind it, or null for tokens of an organisation key
 * @param token whether a token was sent: tokens cannot mint credentials
 * @param scope what holds in general, or null for nothing
 * @param repoIds the only repositories it reaches, or null for all
 * @param access scopes by lower-case repository name (gen C), or null if {@code scope} holds for all reachable ones
 * @param authors who signs changes, as told by the token; may be empty
 */
record Caller(
        String credential,
        @Nullable ApiKey key,
        boolean token,
        @Nullable Scope scope,
        @Nullable Set<String> repoIds,
        @Nullable Map<String, Scope> access,
        List<Author> authors) {

    void require(Scope needed) {
        if (scope == null || !scope.covers(needed)) {
            throw new Refused(Problem.FORBIDDEN, "this needs the scope " + needed.wire());
        }
    }

    void require(Scope needed, Repo repo) {
        Scope granted = on(repo);
        if (granted == null) {
            throw new Refused(Problem.FORBIDDEN, "the credential does not reach " + repo.name());
        }
        if (!granted.covers(needed)) {
            throw new Refused(Problem.FORBIDDEN, "this needs the scope " + needed.wire() + " on " + repo.name());
        }
    }

    boolean reaches(Repo repo) {
        return on(repo) != null;
    }

    /** Repository-restricted credentials see only a part of the organisation. */
    boolean restricted() {
        return repoIds != null || access != null;
    }

    private @Nullable Scope on(Repo repo) {
        if (repoIds != null && !repoIds.contains(repo.id())) {
            return null;
        }
        return access == null ? scope : access.get(repo.name().toLowerCase(Locale.ROOT));
    }
}
