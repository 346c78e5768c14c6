package dev.caprock.simulator.e2b;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** E2B's proxy with the daemons of all sandboxes behind it. */
final class DataPlane implements Plane {

    private static final int DAEMON_PORT = 49983;
    private static final String PROCESS = "/process.Process/";
    private static final String FILESYSTEM = "/filesystem.Filesystem/";
    private static final Set<String> REFUSED_PATHS =
            Set.of("/init", "/freeze", "/unfreeze", "/fsfreeze", "/fsthaw", "/collapse", "/upgrade");

    private final Sandboxes sandboxes;
    private final Clock clock;
    private final Supplier<SandboxEnding> ending;

    DataPlane(Sandboxes sandboxes, Clock clock, Supplier<SandboxEnding> ending) {
        this.sandboxes = sandboxes;
        this.clock = clock;
        this.ending = ending;
    }

    @Override
    public Operation classify(Call call) {
        call.about(SandboxAddress.idOf(call));
        String path = call.path();
        return switch (call.method() + " " + path) {
            case "GET /health" -> Operation.HEALTH;
            case "GET /files" -> Operation.READ_FILE;
            case "POST /files" -> Operation.WRITE_FILE;
            case "POST " + PROCESS + "Start" -> Operation.START;
            case "POST " + PROCESS + "Connect" -> Operation.CONNECT;
            case "POST " + PROCESS + "List" -> Operation.LIST_PROCESSES;
            case "POST " + PROCESS + "SendInput" -> Operation.SEND_INPUT;
            case "POST " + PROCESS + "CloseStdin" -> Operation.CLOSE_STDIN;
            case "POST " + PROCESS + "SendSignal" -> Operation.SEND_SIGNAL;
            default -> path.startsWith(FILESYSTEM) ? Operation.FILESYSTEM : Operation.OTHER;
        };
    }

    @Override
    public Reply answer(Call call) {
        Operation operation = classify(call);
        var sandbox = route(call);
        if (operation == Operation.HEALTH) {
            return Reply.empty(204);
        }
        boolean file = operation == Operation.READ_FILE || operation == Operation.WRITE_FILE;
        if (!(file && new FileApi(sandbox).signed(call, clock.instant())) && !authorized(call, sandbox)) {
            throw Refused.api(
                    401, "unauthorized access, please provide a valid access token or method signing if supported");
        }
        if (!file && operation != Operation.START && operation != Operation.CONNECT) {
            ProcessService.user(call); // an unknown one is refused; streams say so in their own way
        }
        return answer(operation, call, sandbox);
    }

    private Reply answer(Operation operation, Call call, SimulatedSandbox sandbox) {
        var processes = new ProcessService(sandbox, ending.get());
        return switch (operation) {
            case READ_FILE -> new FileApi(sandbox).read(call);
            case WRITE_FILE -> new FileApi(sandbox).write(call);
            case START -> processes.start(call);
            case CONNECT -> processes.connect(call);
            case LIST_PROCESSES -> processes.list();
            case SEND_INPUT -> processes.sendInput(call);
            case CLOSE_STDIN -> processes.closeStdin(call);
            case SEND_SIGNAL -> processes.sendSignal(call);
            case FILESYSTEM ->
                new FilesystemService(sandbox.machine(), ProcessService.user(call))
                        .call(call.path().substring(FILESYSTEM.length()), call.json());
            default -> other(call, sandbox, processes);
        };
    }

    private static Reply other(Call call, SimulatedSandbox sandbox, ProcessService processes) {
        return switch (call.path()) {
            case PROCESS + "Update" -> processes.update(call);
            case "/envs" ->
                Reply.json(
                        200, JsonMapper.shared().valueToTree(sandbox.processes().variables()));
            default -> Reply.text(404, "text/plain", "404 page not found\n");
        };
    }

    /** The sandbox that the proxy hands the call to. */
    private SimulatedSandbox route(Call call) {
        var address = SandboxAddress.of(call);
        var sandbox = sandboxes.find(address.sandboxId()).orElse(null);
        if (sandbox == null || !awake(sandbox, call)) {
            throw Refused.proxy(Effect.sandboxNotFound(), address.sandboxId());
        }
        if (address.port() != DAEMON_PORT) {
            throw Refused.proxy(Effect.portNotOpen(address.port()), address.sandboxId());
        }
        if (REFUSED_PATHS.contains(call.path())) {
            throw Refused.api(404, "not found");
        }
        return sandbox;
    }

    private static boolean awake(SimulatedSandbox sandbox, Call call) {
        if (sandbox.paused() && sandbox.autoResumes() && authorized(call, sandbox)) {
            sandbox.resume(Duration.ofMinutes(5));
        }
        return sandbox.running();
    }

    private static boolean authorized(Call call, SimulatedSandbox sandbox) {
        String token = sandbox.accessToken();
        String given = call.header("X-Access-Token");
        return token == null || given != null && MessageDigest.isEqual(bytes(token), bytes(given));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
