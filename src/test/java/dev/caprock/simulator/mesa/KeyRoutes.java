package dev.caprock.simulator.mesa;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who am I, and the API keys of the organisation. */
final class KeyRoutes {
    private static final long SHORTEST = 100;
    private static final long LONGEST = 31_536_000;

    private final Organisation organisation;

    KeyRoutes(Organisation organisation) {
        this.organisation = organisation;
    }

    void addTo(Router router) {
        router.on("GET", "/whoami", Scope.READ, this::whoami);
        router.on("POST", "/{org}/api-keys", Scope.ADMIN, this::create);
        router.on("GET", "/{org}/api-keys", Scope.ADMIN, this::list);
        router.on("DELETE", "/{org}/api-keys/{id}", Scope.ADMIN, this::revoke);
        router.on("PATCH", "/{org}/api-keys/{id}", Scope.ADMIN, this::updateTags);
        router.on("GET", "/{org}", Scope.READ, this::organisation);
    }

    private Answer whoami(Call call) {
        Caller caller = call.caller();
        ApiKey key = caller.key();
        String slug = organisation.slug();
        return Answer.ok(Json.object(
                "org", Json.object("id", organisation.id(), "slug", slug, "name", slug),
                "key_id", key == null ? null : key.id(),
                "key_name", key == null ? null : key.name(),
                "scopes", caller.scope() == null ? List.of() : caller.scope().names()));
    }

    private Answer organisation(Call call) {
        long reachable = organisation.repos().all().stream()
                .filter(call.caller()::reaches)
                .count();
        return Answer.ok(Json.object("created_at", organisation.createdAt().toString(), "num_repos", reachable));
    }

    private Answer create(Call call) {
        if (call.caller().token()) {
            throw new Refused(Problem.FORBIDDEN, "tokens cannot mint credentials");
        }
        Body body = call.body();
        Instant now = organisation.now();
        List<String> scopes = body.strings("scopes");
        ApiKey.Grant grant = new ApiKey.Grant(
                body.string("name"),
                scopes == null ? List.of("read", "write") : scopes,
                repoIds(call.caller(), body.strings("repo_ids")),
                tags(body),
                end(body, now));
        Scope.strongest(grant.scopes());
        Keys.Issued issued = organisation.keys().issue(grant, now);
        return Answer.created(Json.object(
                "id", issued.key().id(),
                "key", issued.value(),
                "name", grant.name(),
                "scopes", grant.scopes(),
                "repo_ids", grant.repoIds(),
                "tags", grant.tags(),
                "created_at", now.toString()));
    }

    private Answer list(Call call) {
        Instant now = organisation.now();
        String status = call.query("status");
        if (status != null && !Set.of("active", "revoked", "expired", "all").contains(status)) {
            throw Body.bad("status must be active, revoked, expired or all");
        }
        String wanted = status == null || status.equals("all") ? null : status;
        String name = call.query("query");
        String scope = call.query("scope");
        String repo = call.query("repo_id");
        List<ApiKey> keys = organisation.keys().all().stream()
                .filter(key -> wanted == null || key.status(now).equals(wanted))
                .filter(key -> name == null || named(key, name))
                .filter(key -> scope == null || key.scopes().contains(scope))
                .filter(key ->
                        repo == null || (key.repoIds() != null && key.repoIds().contains(repo)))
                .toList();
        return call.page("api_keys", keys, ApiKey::id, ApiKey::json);
    }

    private Answer revoke(Call call) {
        organisation.keys().get(call.variable("id")).revoke(organisation.now());
        return Answer.success();
    }

    private Answer updateTags(Call call) {
        Map<String, String> tags = organisation.keys().get(call.variable("id")).tags();
        Tags.apply(tags, call.body().tags("tags"));
        return Answer.ok(Json.object("tags", Map.copyOf(tags)));
    }

    private @Nullable Set<String> repoIds(Caller caller, @Nullable List<String> wanted) {
        for (String id : wanted == null ? List.<String>of() : wanted) {
            if (organisation.repos().find(id) == null) {
                throw Body.bad("no repository has the id " + id);
            }
        }
        Set<String> own = caller.repoIds();
        if (own != null && (wanted == null || !own.containsAll(wanted))) {
            throw new Refused(Problem.FORBIDDEN, "the new key would reach more repositories than its maker");
        }
        return wanted == null ? null : Set.copyOf(wanted);
    }

    private static Map<String, String> tags(Body body) {
        Map<String, String> tags = new TreeMap<>();
        Tags.apply(tags, body.tags("tags"));
        return tags;
    }

    private static @Nullable Instant end(Body body, Instant now) {
        Long seconds = body.integer("expires_in_seconds");
        if (seconds == null) {
            return null;
        }
        if (seconds < SHORTEST || seconds > LONGEST) {
            throw Body.bad("expires_in_seconds must be between " + SHORTEST + " and " + LONGEST);
        }
        return now.plusSeconds(seconds);
    }

    private static boolean named(ApiKey key, String part) {
        String name = key.name();
        return name != null && name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}
