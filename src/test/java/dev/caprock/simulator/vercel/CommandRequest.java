package dev.caprock.simulator.vercel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the caller of a run wants.
 *
 * @param cwd null is the session's
 * @param timeout null is none
 */
record CommandRequest(
        String program,
        List<String> arguments,
        @Nullable String cwd,
        Map<String, String> environment,
        boolean sudo,
        boolean waits,
        boolean logs,
        @Nullable Duration timeout) {

    static CommandRequest read(JsonNode json) {
        String program = json.path("command").asString("");
        if (program.isEmpty()) {
            throw Refused.invalid("missing required property `command`.");
        }
        var environment = SandboxRequest.strings(json.path("env"), "env");
        SandboxRequest.checkEnvironment(environment);
        return new CommandRequest(
                program,
                arguments(json.path("args")),
                json.path("cwd").isString() ? json.path("cwd").asString() : null,
                environment,
                json.path("sudo").asBoolean(false),
                json.path("wait").asBoolean(false),
                json.path("logs").asBoolean(false),
                timeout(json.path("timeout")));
    }

    private static List<String> arguments(JsonNode json) {
        if (json.valueStream().anyMatch(argument -> !argument.isString())) {
            throw Refused.invalid("`args` should be an array of strings.");
        }
        return json.valueStream().map(JsonNode::asString).toList();
    }

    private static @Nullable Duration timeout(JsonNode json) {
        if (json.isMissingNode()) {
            return null;
        }
        if (json.asLong(0) < 100) {
            throw Refused.invalid("`timeout` should be >= 100.");
        }
        return Duration.ofMillis(json.asLong());
    }

    List<String> line(String executable) {
        var line = new ArrayList<>(List.of(executable));
        line.addAll(arguments);
        return line;
    }
}
