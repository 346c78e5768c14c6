package dev.caprock.simulator.vercel;

import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is asked of sessions as wholes, and of the snapshots that they leave. */
final class SessionApi {

    private static final String SESSION = "/v2/sandboxes/sessions/*";
    private static final String SNAPSHOT = "/v2/sandboxes/snapshots/*";
    private static final long DAY_MILLIS = 86_400_000;

    private final Sandboxes sandboxes;
    private final Snapshots snapshots;
    private final Plan plan;

    SessionApi(Sandboxes sandboxes, Snapshots snapshots, Plan plan) {
        this.sandboxes = sandboxes;
        this.snapshots = snapshots;
        this.plan = plan;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/v2/sandboxes/sessions", Operation.LIST_SESSIONS, (call, path) -> list(call)),
                Route.of("GET", SESSION, Operation.GET_SESSION, this::get),
                Route.of("POST", SESSION + "/stop", Operation.STOP, this::stop),
                Route.of("POST", SESSION + "/extend-timeout", Operation.EXTEND, this::extend),
                Route.of("POST", SESSION + "/network-policy", Operation.NETWORK_POLICY, this::limitNetwork),
                Route.of("POST", SESSION + "/snapshot", Operation.SNAPSHOT, this::snapshot),
                Route.of("GET", "/v2/sandboxes/snapshots", Operation.LIST_SNAPSHOTS, (call, path) -> kept(call)),
                Route.of(
                        "GET",
                        SNAPSHOT,
                        Operation.GET_SNAPSHOT,
                        (call, path) ->
                                answer("snapshot", snapshots.find(path.group(1)).json())),
                Route.of("DELETE", SNAPSHOT, Operation.DELETE_SNAPSHOT, this::delete));
    }

    private Reply list(Call call) {
        String name = call.query("name");
        var sessions = sandboxes.booted().stream()
                .filter(sandbox -> name == null || sandbox.name().equals(name))
                .flatMap(sandbox -> sandbox.sessions().stream())
                .toList();
        return new Page<Session>(
                        "sessions",
                        session -> SandboxApi.number(session.requestedAt()) + " " + session.id(),
                        Session::json)
                .of(sessions, call);
    }

    private Reply get(Call call, MatchResult path) {
        var session = sandboxes.session(path.group(1));
        var answer = sandboxes.owner(session.id()).answer(JsonMapper.shared().createObjectNode());
        answer.remove("sandbox");
        answer.set("session", session.json());
        return Reply.json(answer);
    }

    private Reply stop(Call call, MatchResult path) {
        var session = sandboxes.session(path.group(1));
        var sandbox = sandboxes.owner(session.id());
        boolean lie = call.effect() instanceof Effect.Lie;
        boolean ends = session.status().open() && session.equals(sandbox.session());
        if (ends && !lie) {
            sandbox.stop(SandboxApi.linger(call));
        }
        var answer = JsonMapper.shared().createObjectNode();
        answer.set("session", lie ? session.json().put("status", "stopped") : session.json());
        answer.set("sandbox", lie ? sandbox.withTotals().put("status", "stopped") : sandbox.withTotals());
        var snapshot = sandbox.current();
        if (ends && snapshot != null && sandbox.request().persistent()) {
            answer.set("snapshot", snapshot.json());
        }
        return Reply.json(answer);
    }

    private Reply extend(Call call, MatchResult path) {
        var session = sandboxes.session(path.group(1)).usable();
        long duration = call.json().path("duration").asLong(0);
        if (duration < 1000) {
            throw Refused.invalid("`duration` should be >= 1000.");
        }
        session.extend(Duration.ofMillis(duration), plan);
        return answer("session", session.json());
    }

    private Reply limitNetwork(Call call, MatchResult path) {
        var session = sandboxes.session(path.group(1)).usable();
        session.limitNetwork(call.json());
        return answer("session", session.json());
    }

    private Reply snapshot(Call call, MatchResult path) {
        var session = sandboxes.session(path.group(1)).usable();
        var sandbox = sandboxes.owner(session.id());
        JsonNode expiration = call.json().path("expiration");
        long millis = expiration.asLong(0);
        if (millis != 0 && millis < DAY_MILLIS) {
            throw Refused.invalid("`expiration` should be 0 or >= 86400000.");
        }
        var kept = sandbox.snapshot(
                expiration.isMissingNode() ? sandbox.request().snapshotExpiration() : Duration.ofMillis(millis),
                SandboxApi.linger(call));
        var answer = JsonMapper.shared().createObjectNode();
        answer.set("snapshot", kept.json());
        answer.set("session", session.json().put("status", SessionStatus.SNAPSHOTTING.word()));
        return Reply.json(201, answer);
    }

    private Reply kept(Call call) {
        return new Page<Snapshot>(
                        "snapshots",
                        snapshot -> SandboxApi.number(snapshot.createdAt()) + " " + snapshot.id(),
                        Snapshot::json)
                .of(snapshots.of(call.query("name")), call);
    }

    private Reply delete(Call call, MatchResult path) {
        var snapshot = snapshots.find(path.group(1));
        snapshot.delete();
        return answer("snapshot", snapshot.json());
    }

    private static Reply answer(String field, ObjectNode content) {
        var answer = JsonMapper.shared().createObjectNode();
        answer.set(field, content);
        return Reply.json(answer);
    }
}
