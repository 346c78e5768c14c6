package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code process.Process} of the daemon in one sandbox. */
final class ProcessService {

    private final SimulatedSandbox sandbox;
    private final SandboxEnding ending;

    ProcessService(SimulatedSandbox sandbox, SandboxEnding ending) {
        this.sandbox = sandbox;
        this.ending = ending;
    }

    Reply start(Call call) {
        JsonNode request = envelope(call);
        return new Reply.Events(stream -> {
            var process = sandbox.processes().start(request, user(call));
            var subscription = process.subscribe();
            process.pump();
            long timeout = ProcessStream.positive(call.header("Connect-Timeout-Ms"), 0);
            if (timeout > 0) {
                process.killAfter(Duration.ofMillis(timeout));
            }
            relay(stream, call, process, subscription);
        });
    }

    Reply connect(Call call) {
        JsonNode request = envelope(call);
        return new Reply.Events(stream -> {
            user(call);
            var process = sandbox.processes().findEvenEnded(request.path("process"));
            relay(stream, call, process, process.subscribe());
        });
    }

    private void relay(EventStream stream, Call call, SandboxProcess process, Subscription subscription)
            throws IOException, InterruptedException {
        try {
            new ProcessStream(stream, call, ending).relay(process.pid(), subscription);
        } finally {
            process.unsubscribe(subscription);
        }
    }

    Reply list() {
        var processes = JsonMapper.shared().createArrayNode();
        for (SandboxProcess process : sandbox.processes().running()) {
            var item = processes.addObject().put("pid", process.pid());
            item.set("config", process.config());
            if (process.tag() != null) {
                item.put("tag", process.tag());
            }
        }
        var answer = JsonMapper.shared().createObjectNode();
        if (!processes.isEmpty()) {
            answer.set("processes", processes);
        }
        return Reply.json(200, answer);
    }

    Reply sendInput(Call call) {
        var process = find(call);
        if (!process.takesInput()) {
            throw new ConnectError("internal", "error writing to stdin: stdin not enabled or closed");
        }
        try {
            var stdin = process.process().stdin();
            stdin.write(Base64.getDecoder()
                    .decode(call.json().path("input").path("stdin").asString("")));
            stdin.flush();
        } catch (IOException e) {
            throw new ConnectError("internal", "error writing to stdin: " + e.getMessage());
        }
        return done();
    }

    Reply closeStdin(Call call) {
        try {
            find(call).process().stdin().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return done();
    }

    Reply sendSignal(Call call) {
        var process = find(call).process();
        switch (call.json().path("signal").asString("")) {
            case "SIGNAL_SIGTERM", "15" -> process.terminate();
            case "SIGNAL_SIGKILL", "9" -> process.kill();
            default -> throw new ConnectError("invalid_argument", "invalid signal");
        }
        return done();
    }

    /** Resizing has no meaning without PTYs, but an unknown process is told. */
    Reply update(Call call) {
        find(call);
        return done();
    }

    private SandboxProcess find(Call call) {
        return sandbox.processes().find(call.json().path("process"));
    }

    private static Reply done() {
        return Reply.json(200, JsonMapper.shared().createObjectNode());
    }

    /** The user that a call names, or the template's default. */
    static String user(Call call) {
        String user = call.basicUser();
        if (user == null) {
            return Machine.USER;
        }
        if (!Machine.USERS.contains(user)) {
            throw new ConnectError("unauthenticated", "invalid username: '%s'".formatted(user));
        }
        return user;
    }

    /** The one envelope of a request that is answered by a stream. */
    private static JsonNode envelope(Call call) {
        if (!"application/connect+json".equals(call.header("Content-Type"))) {
            throw Refused.unsupportedMediaType();
        }
        var body = ByteBuffer.wrap(call.body());
        if (body.remaining() < 5 || body.get() != 0 || body.getInt() != body.remaining()) {
            throw new ConnectError("invalid_argument", "protocol error: expected exactly one envelope");
        }
        try {
            return JsonMapper.shared()
                    .readTree(new String(call.body(), 5, call.body().length - 5, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw new ConnectError("invalid_argument", "unmarshal message: not JSON");
        }
    }
}
