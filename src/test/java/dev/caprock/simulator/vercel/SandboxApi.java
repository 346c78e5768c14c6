package dev.caprock.simulator.vercel;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.regex.MatchResult;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is asked of sandboxes by their names. */
final class SandboxApi {

    private final Sandboxes sandboxes;
    private final Snapshots snapshots;
    private final VercelSettings settings;

    SandboxApi(Sandboxes sandboxes, Snapshots snapshots, VercelSettings settings) {
        this.sandboxes = sandboxes;
        this.snapshots = snapshots;
        this.settings = settings;
    }

    List<Route> routes() {
        return List.of(
                Route.of("POST", "/v2/sandboxes", Operation.CREATE, (call, path) -> create(call, true)),
                Route.of("POST", "/v3/sandboxes", Operation.CREATE, (call, path) -> create(call, false)),
                Route.of("GET", "/v2/sandboxes", Operation.LIST, (call, path) -> list(call)),
                Route.of("GET", "/v2/sandboxes/*", Operation.GET, this::get),
                Route.of("PATCH", "/v2/sandboxes/*", Operation.UPDATE, this::update),
                Route.of("DELETE", "/v2/sandboxes/*", Operation.DELETE, this::delete));
    }

    private Reply create(Call call, boolean byRuntime) {
        var request = SandboxRequest.read(call.json(), settings.strict(), settings.plan());
        var sandbox = sandboxes.create(request, byRuntime, linger(call));
        call.about(sandbox.name());
        return Reply.json(sandbox.answer(sandbox.json()));
    }

    static @Nullable CountDownLatch linger(Call call) {
        return call.effect() instanceof Effect.Linger(CountDownLatch latch) ? latch : null;
    }

    private SimulatedSandbox named(MatchResult path) {
        return sandboxes.find(Call.decode(path.group(1)));
    }

    private Reply get(Call call, MatchResult path) {
        var sandbox = named(path);
        boolean resumed = call.queryTrue("resume") && sandboxes.resume(sandbox);
        return Reply.json(sandbox.answer(sandbox.withExpiry()).put("resumed", resumed));
    }

    private Reply list(Call call) {
        String sortBy = call.query("sortBy") == null ? "createdAt" : call.query("sortBy");
        if (!Set.of("createdAt", "name", "statusUpdatedAt", "currentSnapshotId").contains(sortBy)) {
            throw Refused.invalid("`sortBy` should be equal to one of the allowed values.");
        }
        if (call.query("namePrefix") != null && !sortBy.equals("name")) {
            throw Refused.badRequest("`namePrefix` is only valid when `sortBy` is `name`");
        }
        if (call.query("status") != null && !sortBy.equals("createdAt")) {
            throw Refused.badRequest("`status` is only valid when `sortBy` is `createdAt`");
        }
        checkTags(call.query("tags"));
        var matching = sandboxes.booted().stream()
                .filter(sandbox -> matches(sandbox, call))
                .toList();
        return new Page<>("sandboxes", key(sortBy), SimulatedSandbox::withExpiry).of(matching, call);
    }

    private static void checkTags(@Nullable String tags) {
        if (tags != null && (!tags.contains(":") || tags.contains(","))) {
            throw Refused.invalid("`tags` should be one pair key:value.");
        }
    }

    private static boolean matches(SimulatedSandbox sandbox, Call call) {
        String prefix = call.query("namePrefix");
        String status = call.query("status");
        String tag = call.query("tags");
        return (prefix == null || sandbox.name().startsWith(prefix))
                && (status == null || sandbox.session().status().word().equals(status))
                && (tag == null || tagged(sandbox, tag));
    }

    private static boolean tagged(SimulatedSandbox sandbox, String tag) {
        int colon = tag.indexOf(':');
        return tag.substring(colon + 1).equals(sandbox.request().tags().get(tag.substring(0, colon)));
    }

    private static Function<SimulatedSandbox, String> key(String sortBy) {
        Function<SimulatedSandbox, String> first = switch (sortBy) {
            case "name" -> sandbox -> "";
            case "statusUpdatedAt" -> sandbox -> number(sandbox.session().updatedAt());
            case "currentSnapshotId" -> sandbox -> String.valueOf(Snapshot.idOf(sandbox.current()));
            default -> sandbox -> number(sandbox.createdAt());
        };
        return sandbox -> first.apply(sandbox) + " " + sandbox.name();
    }

    static String number(long millis) {
        return String.format(Locale.ROOT, "%015d", millis);
    }

    private Reply update(Call call, MatchResult path) {
        var sandbox = named(path);
        var change = call.json();
        var snapshot = change.remove("currentSnapshotId");
        var merged = sandbox.request().json().deepCopy();
        merged.setAll(change);
        var request = SandboxRequest.read(merged, settings.strict(), settings.plan());
        sandbox.update(request, snapshot == null ? null : snapshots.use(snapshot.asString()));
        var answer = sandbox.answer(sandbox.withExpiry());
        answer.remove("session");
        return Reply.json(answer);
    }

    private Reply delete(Call call, MatchResult path) {
        var sandbox = named(path);
        if (call.effect() instanceof Effect.Lie) {
            return deleted(sandbox.withTotals());
        }
        sandbox.end(SessionStatus.STOPPED);
        sandboxes.remove(sandbox);
        if (call.queryTrue("deleteOrphanSnapshots")) {
            snapshots.of(sandbox.name()).stream()
                    .filter(snapshot -> !sandboxes.uses(snapshot))
                    .forEach(Snapshot::delete);
        }
        return deleted(sandbox.withTotals());
    }

    private static Reply deleted(ObjectNode sandbox) {
        var answer = JsonMapper.shared().createObjectNode();
        answer.set("sandbox", sandbox.put("status", SessionStatus.STOPPED.word()));
        return Reply.json(answer);
    }
}
