package dev.caprock.simulator.mesa;

import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where webhooks are to be sent, and the routes that manage it. Nothing is sent yet. */
final class WebhookTargets {
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private int last;

    private record Target(
            String id,
            @Nullable String name,
            String url,
            List<String> events,
            @Nullable List<String> repoIds,
            Instant createdAt,
            Instant updatedAt) {

        Map<String, @Nullable Object> json() {
            return Json.object(
                    "id", id,
                    "name", name,
                    "url", url,
                    "events", events,
                    "repo_ids", repoIds,
                    "created_at", createdAt.toString(),
                    "updated_at", updatedAt.toString());
        }
    }

    void addTo(Router router, Organisation organisation) {
        router.on("POST", "/{org}/webhook-targets", Scope.ADMIN, call -> create(call, organisation.now()));
        router.on("GET", "/{org}/webhook-targets", Scope.ADMIN, this::list);
        router.on(
                "GET",
                "/{org}/webhook-targets/{id}",
                Scope.ADMIN,
                call -> Answer.ok(get(call).json()));
        router.on("PATCH", "/{org}/webhook-targets/{id}", Scope.ADMIN, call -> update(call, organisation.now()));
        router.on("DELETE", "/{org}/webhook-targets/{id}", Scope.ADMIN, this::delete);
    }

    private synchronized Answer create(Call call, Instant now) {
        Body body = call.body();
        List<String> events = body.strings("events");
        List<String> repoIds = nonEmpty("repo_ids", body.strings("repo_ids"));
        Target target = new Target(
                "wht_%04d".formatted(++last),
                body.string("name"),
                https(body.required("url")),
                events == null ? List.of("push") : nonEmptyEvents(events),
                repoIds,
                now,
                now);
        guard(call.caller(), repoIds);
        targets.put(target.id(), target);
        Map<String, @Nullable Object> json = target.json();
        json.put("secret", "whsec_" + UUID.randomUUID());
        return Answer.created(json);
    }

    private synchronized Answer list(Call call) {
        return call.page("webhook_targets", List.copyOf(targets.values()), Target::id, Target::json);
    }

    private synchronized Answer update(Call call, Instant now) {
        Body body = call.body();
        Target old = get(call);
        List<String> events = body.strings("events");
        List<String> repoIds = body.has("repo_ids") ? nonEmpty("repo_ids", body.strings("repo_ids")) : old.repoIds();
        guard(call.caller(), repoIds);
        Target target = new Target(
                old.id(),
                body.has("name") ? body.string("name") : old.name(),
                body.has("url") ? https(body.required("url")) : old.url(),
                events == null ? old.events() : nonEmptyEvents(events),
                repoIds,
                old.createdAt(),
                now);
        targets.put(target.id(), target);
        return Answer.ok(target.json());
    }

    private synchronized Answer delete(Call call) {
        targets.remove(get(call).id());
        return Answer.success();
    }

    private synchronized Target get(Call call) {
        Target target = targets.get(call.variable("id"));
        if (target == null) {
            throw new Refused(Problem.NOT_FOUND, "no webhook target " + call.variable("id"));
        }
        guard(call.caller(), target.repoIds());
        return target;
    }

    /** Repository-restricted credentials manage only targets within their own repositories. */
    private static void guard(Caller caller, @Nullable List<String> repoIds) {
        Set<String> own = caller.repoIds();
        if (own != null && (repoIds == null || !own.containsAll(repoIds))) {
            throw new Refused(Problem.FORBIDDEN, "the target is not within the credential's repositories");
        }
    }

    private static String https(String url) {
        if (!"https".equals(URI.create(url).getScheme())) {
            throw Body.bad("url must be https");
        }
        return url;
    }

    private static List<String> nonEmptyEvents(List<String> events) {
        if (events.isEmpty()) {
            throw Body.bad("events must not be empty");
        }
        return events;
    }

    private static @Nullable List<String> nonEmpty(String field, @Nullable List<String> values) {
        if (values != null && values.isEmpty()) {
            throw Body.bad(field + " must not be empty");
        }
        return values;
    }
}
