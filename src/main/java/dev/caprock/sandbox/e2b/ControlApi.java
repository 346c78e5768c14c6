package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Purpose;
import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Standing;
import dev.caprock.sandbox.OwnedSandbox;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Specification;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** E2B's control API, as the JavaScript SDK 2.51.0 and the server's sources of 2026-08-22 speak it. */
final class ControlApi {

    private static final String OWNER = "caprock_owner";
    private static final String SESSION = "caprock_session";
    private static final String ATTEMPT = "caprock_attempt";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int BODY_LIMIT = 8 << 20;
    private static final int PAGE_LIMIT = 100;
    private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(15);
    private static final Duration LONGEST_REFRESH = Duration.ofHours(1);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern ABOUT_A_TEMPLATE = Pattern.compile("(?i)\\b(template|tag|alias|snapshot)\\b");

    private final Remote remote;
    private final E2bSettings settings;
    private final RestClient calls;
    private final RestClient creates;
    private volatile boolean onlyOldCreate;

    ControlApi(Remote remote, E2bSettings settings) {
        this.remote = remote;
        this.settings = settings;
        this.calls = client(settings.callTimeout());
        this.creates = client(settings.createTimeout());
    }

    /**
     * A sandbox as {@code GET /sandboxes/{id}} and both creates describe it.
     *
     * @param state {@code running} or {@code paused}; absent in the answer to a create
     */
    record Details(
            @Nullable String sandboxID,
            @Nullable String envdAccessToken,
            @Nullable String domain,
            @Nullable String envdVersion,
            @Nullable String state) {

        boolean isPaused() {
            return "paused".equals(state);
        }

        Sandbox sandbox(String id) {
            return new Sandbox(id, new Access(envdAccessToken, domain, envdVersion).write());
        }

        @Override
        public String toString() {
            return "Details[sandboxID=%s, envdAccessToken=***, state=%s]".formatted(sandboxID, state);
        }
    }

    Standing standing() {
        return remote.standing();
    }

    /**
     * Makes a sandbox. A server older than the second create route answers 404 or 405 to it; then the first one is used
     * from there on.
     */
    Sandbox create(Specification wanted) {
        var operation = "create sandbox";
        var body = createBody(wanted);
        if (!onlyOldCreate) {
            var answer = send(operation, creates, HttpMethod.POST, "/v2/sandboxes", body);
            if (!lacksRoute(answer)) {
                return created(operation, answer);
            }
        }
        body.put("secure", true);
        var answer = send(operation, creates, HttpMethod.POST, "/sandboxes", body);
        onlyOldCreate |= answer.succeeded();
        return created(operation, answer);
    }

    /** The ids of the sandboxes of an attempt, running or paused. */
    List<String> find(String attempt) {
        var operation = "find sandboxes";
        return list(operation, ATTEMPT, attempt).stream()
                .map(item -> id(operation, item))
                .toList();
    }

    /** The sandboxes of an owner, running or paused. */
    List<OwnedSandbox> owned(String owner) {
        var operation = "list sandboxes";
        return list(operation, OWNER, owner).stream()
                .filter(item -> owner.equals(tag(item, OWNER))) // whatever the server made of the filter
                .map(item -> new OwnedSandbox(
                        id(operation, item), tag(item, SESSION), tag(item, ATTEMPT), startedAt(operation, item)))
                .toList();
    }

    private List<JsonNode> list(String operation, String key, String value) {
        // Keys and values of letters, digits, - and _ survive the server's three decodings whatever their number.
        var query = "/v2/sandboxes?metadata=" + encoded(key + "=" + value) + "&state=running,paused&limit=100";
        var items = new ArrayList<JsonNode>();
        String next = null;
        for (int page = 0; page < PAGE_LIMIT; page++) {
            var path = next == null ? query : query + "&nextToken=" + encoded(next);
            var answer = expect(operation, send(operation, calls, HttpMethod.GET, path, null));
            items(operation, answer).forEach(items::add);
            next = answer.headers().getFirst("X-Next-Token");
            if (next == null || next.isBlank()) {
                return items;
            }
        }
        throw unreadable(operation, "the list did not end after %d pages".formatted(PAGE_LIMIT));
    }

    private String id(String operation, JsonNode item) {
        return known(operation, item.path("sandboxID").asString(""));
    }

    private static String tag(JsonNode item, String key) {
        return item.path("metadata").path(key).asString("");
    }

    private Instant startedAt(String operation, JsonNode item) {
        try {
            return Instant.parse(item.path("startedAt").asString(""));
        } catch (DateTimeParseException untold) {
            throw unreadable(operation, "the answer does not say when a sandbox was started");
        }
    }

    /** Looks at one sandbox; empty when E2B itself says that it is not there. */
    Optional<Details> get(String id) {
        var operation = "get sandbox";
        var answer = send(operation, calls, HttpMethod.GET, "/sandboxes/" + checked(id), null);
        return answer.provesAbsence() ? Optional.empty() : Optional.of(details(operation, expect(operation, answer)));
    }

    /** Moves the end of a sandbox's life away; between 15 seconds and an hour from now, never nearer than it is. */
    void extend(String id, Duration life) {
        var operation = "extend sandbox";
        var bounded = life.compareTo(LONGEST_REFRESH) > 0 ? LONGEST_REFRESH : life;
        var duration = bounded.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : bounded;
        var path = "/sandboxes/" + checked(id) + "/refreshes";
        var answer = send(operation, calls, HttpMethod.POST, path, Map.of("duration", seconds(duration)));
        if (answer.provesAbsence()) {
            throw gone(operation);
        }
        expect(operation, answer);
    }

    /** Ends a sandbox; its absence is success. */
    void destroy(String id) {
        var operation = "destroy sandbox";
        var answer = send(operation, calls, HttpMethod.DELETE, "/sandboxes/" + checked(id), null);
        if (!answer.provesAbsence()) {
            expect(operation, answer);
        }
    }

    private RemoteFailure.Rejected gone(String operation) {
        return new RemoteFailure.Rejected(remote.name(), operation, 404, "sandbox_gone", "the sandbox is gone");
    }

    private Map<String, Object> createBody(Specification wanted) {
        var body = new LinkedHashMap<String, Object>();
        body.put("templateID", settings.template(wanted.template()));
        body.put("timeout", seconds(wanted.life()));
        body.put("metadata", Map.of(OWNER, wanted.owner(), SESSION, wanted.session(), ATTEMPT, wanted.attempt()));
        var network = new NetworkRules(wanted.network()).body();
        if (!network.isEmpty()) {
            body.put("network", network);
        }
        return body;
    }

    /** Whether the route is unknown, rather than the template. Taking the one for the other costs one more refused call. */
    private static boolean lacksRoute(Answer answer) {
        if (answer.status() != 404) {
            return answer.status() == 405;
        }
        return !ABOUT_A_TEMPLATE
                .matcher(answer.json().path("message").asString(""))
                .find();
    }

    private Sandbox created(String operation, Answer answer) {
        var details = details(operation, expect(operation, answer));
        return details.sandbox(known(operation, details.sandboxID()));
    }

    private Details details(String operation, Answer answer) {
        try {
            Details details = JSON.readValue(answer.body(), Details.class);
            if (details != null) {
                return details;
            }
        } catch (JacksonException unreadable) {
            // it quotes what it read, and that may be a token
        }
        throw unreadable(operation, "the answer could not be read");
    }

    private JsonNode items(String operation, Answer answer) {
        if (!answer.json().isArray()) {
            throw unreadable(operation, "the answer is no list");
        }
        return answer.json();
    }

    private String known(String operation, @Nullable String id) {
        if (id == null || !ID.matcher(id).matches()) {
            throw unreadable(operation, "the answer names no sandbox");
        }
        return id;
    }

    private RemoteFailure.Unknown unreadable(String operation, String message) {
        return new RemoteFailure.Unknown(remote.name(), operation, 200, "unreadable", message, null);
    }

    private Answer expect(String operation, Answer answer) {
        if (answer.succeeded()) {
            return answer;
        }
        if (answer.status() == 404 && !answer.json().has("code")) {
            throw new RemoteFailure.Unknown(
                    remote.name(), operation, 404, "not_e2b", "answered 404, but not by E2B: check the address", null);
        }
        throw failure(operation, answer);
    }

    private RemoteFailure failure(String operation, Answer answer) {
        return remote.failure(operation, answer.status(), answer.headers(), answer.body());
    }

    /** Trouble of the remote itself is thrown inside the guarded call, so that the breaker sees it. */
    private Answer send(String operation, RestClient client, HttpMethod method, String path, @Nullable Object body) {
        return remote.call(purpose(client, method), operation, () -> {
            var request = client.method(method).uri(URI.create(settings.controlUrl() + path));
            if (body != null) {
                request.contentType(MediaType.APPLICATION_JSON).body(JSON.writeValueAsBytes(body));
            }
            var answer = request.exchangeForRequiredValue((sent, received) -> new Answer(
                    received.getStatusCode().value(),
                    received.getHeaders(),
                    received.getBody().readNBytes(BODY_LIMIT)));
            if (answer.status() == 429 || answer.status() >= 500) {
                throw failure(operation, answer);
            }
            return answer;
        });
    }

    private Purpose purpose(RestClient client, HttpMethod method) {
        if (client == creates) {
            return Purpose.CREATE;
        }
        if (method.equals(HttpMethod.GET)) {
            return Purpose.LOOK;
        }
        return method.equals(HttpMethod.DELETE) ? Purpose.RELEASE : Purpose.WORK;
    }

    private RestClient client(Duration timeout) {
        return remote.rest(settings.controlUrl(), timeout)
                .defaultHeader("X-API-Key", settings.requiredApiKey())
                .defaultHeader("Accept", MediaType.APPLICATION_JSON_VALUE)
                .build();
    }

    private static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not the id of an E2B sandbox: " + id);
        }
        return id;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static long seconds(Duration duration) {
        return Math.max(1, duration.plusNanos(999_999_999).toSeconds());
    }
}
