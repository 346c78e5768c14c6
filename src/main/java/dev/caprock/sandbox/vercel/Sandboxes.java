package dev.caprock.sandbox.vercel;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.OwnedSandbox;
import dev.caprock.sandbox.Specification;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The project's sandboxes, by the names that we gave them. */
final class Sandboxes {

    private static final String PREFIX = "caprock-";
    private static final String OWNER = "caprock_owner";
    private static final String SESSION = "caprock_session";
    private static final String ATTEMPT = "caprock_attempt";
    private static final int PAGE_LIMIT = 200;
    private static final Duration SHORTEST_EXTENSION = Duration.ofSeconds(1);

    /** A stop that takes longer is asked for again later. */
    private static final int LOOKS = 20;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final Api api;
    private final VercelSettings settings;
    private final Clock clock;
    private final Pause pause;

    Sandboxes(Api api, VercelSettings settings, Clock clock, Pause pause) {
        this.api = api;
        this.settings = settings;
        this.clock = clock;
        this.pause = pause;
    }

    /** The one name that an attempt's sandbox can have: Vercel refuses a second one, and we find the first. */
    static String name(String attempt) {
        return PREFIX + attempt;
    }

    /**
     * Makes a sandbox. A name that is taken is this attempt's own: an earlier request of it has arrived after all. Vercel has
     * no word for that but its general one for a bad request, so only a look can tell.
     */
    Details create(Specification wanted) {
        var operation = "create sandbox";
        var answer = api.send(
                operation,
                api.request(settings.base(wanted.template()).route()).POST(Api.json(body(wanted))),
                settings.createTimeout());
        if (answer.status() == 400) {
            return get(name(wanted.attempt())).orElseThrow(() -> api.failure(operation, answer));
        }
        return details(operation, answer);
    }

    /** Looks at one sandbox; empty when Vercel itself says that it is not there. Never boots it again. */
    Optional<Details> get(String name) {
        var operation = "get sandbox";
        return found(operation, api.send(operation, api.request(path(name)).GET()));
    }

    /** Looks at one that is being ended. */
    private Optional<Details> last(String name) {
        var operation = "destroy sandbox";
        return found(operation, api.release(operation, api.request(path(name)).GET()));
    }

    private Optional<Details> found(String operation, Answer answer) {
        return answer.provesAbsence() ? Optional.empty() : Optional.of(details(operation, answer));
    }

    /** The sandboxes of an owner: Vercel keeps one that has stopped until it is deleted. */
    List<OwnedSandbox> owned(String owner) {
        var operation = "list sandboxes";
        // a prefix wants the order by name; the filter takes one tag only
        var query = "/v2/sandboxes?project=%s&limit=50&sortBy=name&sortOrder=asc&namePrefix=%s&tags=%s"
                .formatted(Api.encoded(settings.requiredProject()), PREFIX, Api.encoded(OWNER + ":" + owner));
        var owned = new ArrayList<OwnedSandbox>();
        String cursor = null;
        for (int page = 0; page < PAGE_LIMIT; page++) {
            var path = cursor == null ? query : query + "&cursor=" + Api.encoded(cursor);
            var list = api.expect(
                            operation, api.send(operation, api.request(path).GET()))
                    .json();
            if (!list.path("sandboxes").isArray()) {
                throw api.unreadable(operation, "the answer is no list");
            }
            list.path("sandboxes").forEach(item -> {
                if (owner.equals(tag(item, OWNER))) { // whatever the server made of the filter
                    owned.add(owned(operation, item));
                }
            });
            cursor = list.path("pagination").path("next").asString("");
            if (cursor.isEmpty()) {
                return owned;
            }
        }
        throw api.unreadable(operation, "the list did not end after %d pages".formatted(PAGE_LIMIT));
    }

    private OwnedSandbox owned(String operation, JsonNode item) {
        var name = item.path("name").asString("");
        var createdAt = item.path("createdAt");
        if (!Details.isId(name) || !createdAt.isNumber()) {
            throw api.unreadable(operation, "the answer does not name a sandbox, or when it was made");
        }
        return new OwnedSandbox(name, tag(item, SESSION), tag(item, ATTEMPT), Instant.ofEpochMilli(createdAt.asLong()));
    }

    private static String tag(JsonNode item, String key) {
        return item.path("tags").path(key).asString("");
    }

    /**
     * Moves the end of a sandbox's life away, within what the plan allows. Vercel adds what it is told, so a call whose answer
     * is lost is not repeated before a look.
     */
    void extend(String name, Duration life) {
        var operation = "extend sandbox";
        var details = alive(operation, name);
        var end = end(details, wholeMillis(clock.instant().plus(life))); // all that Vercel counts in
        var missing = details.endsAt() == null ? life : Duration.between(details.endsAt(), end);
        if (!missing.isPositive()) {
            return;
        }
        var added = missing.compareTo(SHORTEST_EXTENSION) < 0 ? SHORTEST_EXTENSION : missing;
        var request = api.request("/v2/sandboxes/sessions/%s/extend-timeout".formatted(details.session()))
                .POST(Api.json(Map.of("duration", added.toMillis())));
        try {
            api.expect(operation, api.send(operation, request));
        } catch (RemoteFailure.Unknown lost) {
            var now = alive(operation, name).endsAt();
            if (now == null || now.isBefore(end)) {
                throw lost;
            }
        }
    }

    /**
     * Stops a sandbox, waits until it has stopped, and deletes it: a deleted one could no longer be seen to run. Its absence
     * is success.
     *
     * @throws RemoteFailure.Busy when it has not stopped yet
     */
    void destroy(String name) {
        var operation = "destroy sandbox";
        var details = last(name);
        if (details.isEmpty()) {
            return;
        }
        if (!details.get().hasEnded() && !stopped(operation, details.get())) {
            throw api.busy(operation, 200, "still_stopping", "it is told to stop and has not stopped yet");
        }
        var answer = api.release(operation, api.request(path(name)).DELETE());
        if (!answer.provesAbsence()) {
            api.expect(operation, answer);
        }
    }

    private boolean stopped(String operation, Details details) {
        var answer = api.release(
                operation,
                api.request("/v2/sandboxes/sessions/%s/stop".formatted(details.session()))
                        .POST(BodyPublishers.noBody()));
        if (answer.status() != 422 && !answer.provesAbsence()) { // in transition, or ended already
            var session = api.expect(operation, answer).json().path("session");
            if (Details.hasEnded(session.path("status").asString(""))) {
                return true;
            }
        }
        try {
            for (int look = 0; look < LOOKS; look++) {
                if (last(details.name()).map(Details::hasEnded).orElse(true)) {
                    return true;
                }
                pause.take(BETWEEN_LOOKS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private Details alive(String operation, String name) {
        return get(name).filter(details -> !details.hasEnded()).orElseThrow(() -> api.gone(operation));
    }

    private static Instant wholeMillis(Instant time) {
        return time.plusNanos(999_999).truncatedTo(ChronoUnit.MILLIS);
    }

    private Instant end(Details details, Instant wanted) {
        if (details.startedAt() == null) {
            return wanted;
        }
        var latest = details.startedAt().plus(settings.maximumLifetime());
        return wanted.isBefore(latest) ? wanted : latest;
    }

    private Details details(String operation, Answer answer) {
        return Details.read(api.expect(operation, answer).json())
                .orElseThrow(() -> api.unreadable(operation, "the answer names no sandbox"));
    }

    private String path(String name) {
        if (!Details.isId(name)) {
            throw new IllegalArgumentException("not the name of a Vercel sandbox: " + name);
        }
        return "/v2/sandboxes/%s?projectId=%s".formatted(name, Api.encoded(settings.requiredProject()));
    }

    private Map<String, Object> body(Specification wanted) {
        var body = new LinkedHashMap<String, Object>();
        body.put("projectId", settings.requiredProject());
        body.put("name", name(wanted.attempt()));
        body.put("ports", List.of());
        body.put("persistent", false);
        body.put("timeout", Math.max(1000, wanted.life().toMillis()));
        body.put("tags", Map.of(OWNER, wanted.owner(), SESSION, wanted.session(), ATTEMPT, wanted.attempt()));
        body.putAll(settings.base(wanted.template()).fields());
        if (wanted.vcpus() != null) {
            body.put("resources", Map.of("vcpus", wanted.vcpus()));
        }
        var policy = new NetworkPolicy(wanted.network()).body();
        if (!policy.isEmpty()) {
            body.put("networkPolicy", policy);
        }
        return body;
    }
}
