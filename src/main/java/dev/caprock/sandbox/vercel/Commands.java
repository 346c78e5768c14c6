package dev.caprock.sandbox.vercel;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Scripts;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** What runs in the sandboxes, and the files that go there. A sandbox's access is the id of its session. */
final class Commands {

    private static final String RELAY = Scripts.read(Commands.class, "relay.sh");
    private static final String LAUNCH = Scripts.read(Commands.class, "launch.sh");

    /** The relay gives a sign of life every ten seconds. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** How much later than the relay Vercel ends a command, so that the relay's own word arrives first. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Api api;

    Commands(Api api) {
        this.api = api;
    }

    /**
     * Starts a command and does not wait for it. What is printed goes through the relay. Its arguments can be read in every
     * record of it, so there are no secrets in them.
     *
     * @throws RemoteFailure.Unknown when the answer is lost: it may run. It is not looked for; all that we run may be repeated
     */
    RunningCommand start(String operation, Sandbox sandbox, Command command) {
        long seconds = Math.max(1, command.timeout().plusNanos(999_999_999).toSeconds());
        var body = body(command, RELAY, List.of(Long.toString(seconds)));
        body.put("timeout", command.timeout().plus(GRACE).toMillis());
        return started(operation, sandbox, body);
    }

    /** Starts a command that lives as long as it likes, such as a mount: Vercel would kill it at its timeout. */
    void launch(String operation, Sandbox sandbox, Command command) {
        started(operation, sandbox, body(command, LAUNCH, List.of()));
    }

    private RunningCommand started(String operation, Sandbox sandbox, Map<String, Object> body) {
        var answer = api.send(
                operation, api.request(path(operation, sandbox) + "/cmd").POST(Api.json(body)));
        String id =
                accepted(operation, answer).json().path("command").path("id").asString("");
        if (!Details.isId(id)) {
            throw api.unreadable(operation, "the answer names no command");
        }
        return new RunningCommand(sandbox.access(), id);
    }

    /** Everything that a command has printed, from its first byte on, and what it goes on to print until it ends. */
    InputStream logs(String operation, RunningCommand command, Duration life) {
        var request = api.request(command.path() + "/logs").GET();
        return api.stream(operation, request, SILENCE, life);
    }

    /** A command's exit code; empty while it runs. */
    OptionalInt exitCode(String operation, RunningCommand command) {
        return exitCode(api.expect(
                operation, api.send(operation, api.request(command.path()).GET())));
    }

    /** As {@link #exitCode}, but lets Vercel hold its answer back until the command ends, for so long. */
    OptionalInt awaitExit(String operation, RunningCommand command, Duration patience) {
        try {
            var answer = api.ask(
                    operation, api.request(command.path() + "?wait=true").GET(), patience);
            return answer.succeeded() ? exitCode(answer) : OptionalInt.empty();
        } catch (RemoteFailure notInTime) {
            return OptionalInt.empty();
        }
    }

    /** Writes a file of the default user's, with the folders above it. */
    void write(String operation, Sandbox sandbox, String path, byte[] content) {
        var request = api.request(path(operation, sandbox) + "/fs/write")
                .setHeader("Content-Type", "application/gzip")
                .header("x-cwd", "/")
                .POST(BodyPublishers.ofByteArray(Tar.of(path, content)));
        accepted(operation, api.send(operation, request));
    }

    private static Map<String, Object> body(Command command, String script, List<String> parameters) {
        var arguments = new ArrayList<>(List.of("-c", script, "caprock"));
        arguments.addAll(parameters);
        arguments.addAll(command.arguments());
        var body = new LinkedHashMap<String, Object>();
        body.put("command", "/bin/sh");
        body.put("args", arguments);
        body.put("cwd", "/"); // it must be there; the script goes home
        body.put("env", Map.of());
        body.put("sudo", command.root());
        return body;
    }

    private static OptionalInt exitCode(Answer answer) {
        JsonNode code = answer.json().path("command").path("exitCode");
        return code.isNumber() ? OptionalInt.of(code.asInt()) : OptionalInt.empty();
    }

    /** A session that Vercel does not know has been deleted. */
    private Answer accepted(String operation, Answer answer) {
        if (answer.provesAbsence()) {
            throw api.gone(operation);
        }
        return api.expect(operation, answer);
    }

    private static String path(String operation, Sandbox sandbox) {
        if (!Details.isId(sandbox.access())) {
            throw new IllegalArgumentException(
                    "%s: what opens sandbox %s is no session".formatted(operation, sandbox.id()));
        }
        return "/v2/sandboxes/sessions/" + sandbox.access();
    }
}
