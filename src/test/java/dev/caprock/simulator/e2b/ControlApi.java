package dev.caprock.simulator.e2b;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** E2B's control API: makes, finds and ends sandboxes. */
final class ControlApi implements Plane {

    private static final Pattern ROUTE = Pattern.compile("(/v2)?/sandboxes(?:/([^/]+)(?:/(\\w+))?)?");

    private final Sandboxes sandboxes;
    private final ApiKeys keys;
    private final E2bSettings settings;

    ControlApi(Sandboxes sandboxes, ApiKeys keys, E2bSettings settings) {
        this.sandboxes = sandboxes;
        this.keys = keys;
        this.settings = settings;
    }

    @Override
    public Operation classify(Call call) {
        Matcher route = ROUTE.matcher(call.path());
        if (!route.matches()) {
            return Operation.OTHER;
        }
        call.about(route.group(2));
        return operation(call.method(), route.group(1) != null, route.group(2), route.group(3));
    }

    private Operation operation(String method, boolean v2, @Nullable String id, @Nullable String action) {
        String route = method + (id == null ? "" : " id") + (action == null ? "" : " " + action);
        return switch (route) {
            case "POST" -> v2 && !settings.v2Create() ? Operation.OTHER : Operation.CREATE;
            case "GET" -> Operation.LIST;
            case "GET id" -> v2 ? Operation.OTHER : Operation.GET;
            case "DELETE id" -> v2 ? Operation.OTHER : Operation.KILL;
            case "POST id timeout" -> v2 ? Operation.OTHER : Operation.SET_TIMEOUT;
            case "POST id refreshes" -> v2 ? Operation.OTHER : Operation.REFRESH;
            case "POST id pause" -> v2 ? Operation.OTHER : Operation.PAUSE;
            case "POST id connect" -> Operation.RESUME;
            case "POST id resume" -> v2 ? Operation.OTHER : Operation.RESUME;
            default -> Operation.OTHER;
        };
    }

    @Override
    public Reply answer(Call call) {
        Operation operation = classify(call);
        if (operation == Operation.OTHER) {
            throw Refused.api(404, "no matching operation was found");
        }
        String account = keys.account(call);
        return switch (operation) {
            case CREATE -> create(call, account);
            case LIST -> new SandboxList(call).of(sandboxes.of(account));
            default -> answer(operation, call, sandbox(call, account));
        };
    }

    private Reply answer(Operation operation, Call call, SimulatedSandbox sandbox) {
        return switch (operation) {
            case GET -> Reply.json(200, sandbox.detailed());
            case KILL -> {
                sandboxes.destroy(sandbox);
                yield Reply.empty(204);
            }
            case SET_TIMEOUT -> setTimeout(call, sandbox);
            case REFRESH -> refresh(call, sandbox);
            case PAUSE -> {
                sandbox.pause();
                yield Reply.empty(204);
            }
            case RESUME -> resume(call, sandbox);
            default -> throw new IllegalStateException("not about a sandbox: " + operation);
        };
    }

    private Reply create(Call call, String account) {
        boolean v2 = call.path().startsWith("/v2/");
        var request = SandboxRequest.read(call.json(), v2, settings.longestRun());
        var sandbox = sandboxes.create(account, request);
        call.about(sandbox.id());
        return Reply.json(201, sandbox.created());
    }

    private Reply setTimeout(Call call, SimulatedSandbox sandbox) {
        if (!call.json().path("timeout").isInt()) {
            throw Refused.api(400, "validation error: Error at \"/timeout\": property \"timeout\" is missing");
        }
        sandbox.setTimeout(SandboxRequest.timeout(call.json(), 0));
        sandboxes.expire();
        return Reply.empty(204);
    }

    private Reply refresh(Call call, SimulatedSandbox sandbox) {
        int seconds = call.json().path("duration").asInt(15);
        sandbox.extend(Duration.ofSeconds(Math.clamp(seconds, 15, 3600)));
        return Reply.empty(204);
    }

    private Reply resume(Call call, SimulatedSandbox sandbox) {
        boolean old = call.path().endsWith("/resume");
        if (old && !sandbox.paused()) {
            throw Refused.api(409, "Sandbox \"%s\" is already running".formatted(sandbox.id()));
        }
        var timeout = SandboxRequest.timeout(call.json(), old ? 15 : 300);
        if (timeout.compareTo(settings.longestRun()) > 0) {
            throw Refused.api(
                    400,
                    "Timeout cannot be greater than %d hours"
                            .formatted(settings.longestRun().toHours()));
        }
        if (sandbox.paused()) {
            sandboxes.checkConcurrency(sandbox.account());
        }
        return Reply.json(sandbox.resume(timeout) ? 201 : 200, sandbox.created());
    }

    private SimulatedSandbox sandbox(Call call, String account) {
        String id = String.valueOf(call.sandboxId());
        return sandboxes
                .find(id)
                .filter(sandbox -> sandbox.account().equals(account))
                .orElseThrow(() ->
                        Refused.api(404, "Sandbox \"%s\" doesn't exist or you don't have access to it".formatted(id)));
    }
}
