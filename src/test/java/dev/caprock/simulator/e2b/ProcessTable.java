package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineCommand;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** The processes that one sandbox's daemon knows. */
final class ProcessTable {

    private final Machine machine;
    private final Map<String, String> variables;
    private final Clock clock;
    private final List<SandboxProcess> processes = new CopyOnWriteArrayList<>();

    ProcessTable(Machine machine, Map<String, String> variables, Clock clock) {
        this.machine = machine;
        this.variables = Map.copyOf(variables);
        this.clock = clock;
    }

    Map<String, String> variables() {
        return variables;
    }

    /** Starts what a StartRequest asks for; nothing is delivered before {@link SandboxProcess#pump}. */
    SandboxProcess start(JsonNode request, String user) {
        if (request.has("pty")) {
            throw new ConnectError("unimplemented", "the simulator has no PTYs");
        }
        JsonNode config = request.path("process");
        boolean stdin = request.path("stdin").asBoolean(true);
        String tag = request.path("tag").isString() ? request.path("tag").asString() : null;
        String cwd = config.path("cwd").isString() ? config.path("cwd").asString() : null;
        if (cwd != null && !java.nio.file.Files.isDirectory(machine.resolve(user, cwd))) {
            throw new ConnectError("invalid_argument", "cwd '%s' does not exist".formatted(cwd));
        }
        var command = new MachineCommand(arguments(config), user, environment(config), cwd, stdin);
        var process = new SandboxProcess(machine.start(command), config, tag, stdin, clock);
        processes.removeIf(SandboxProcess::forgotten);
        processes.add(process);
        return process;
    }

    /** Through a shell, as the daemon does: a missing command is an exit of 127, not an error. */
    private static List<String> arguments(JsonNode config) {
        var arguments = new ArrayList<>(
                List.of("/bin/sh", "-c", "exec \"$@\"", "sh", config.path("cmd").asString("")));
        config.path("args").valueStream().forEach(argument -> arguments.add(argument.asString()));
        return arguments;
    }

    private Map<String, String> environment(JsonNode config) {
        var environment = new HashMap<>(variables);
        config.path("envs")
                .properties()
                .forEach(entry ->
                        environment.put(entry.getKey(), entry.getValue().asString()));
        return environment;
    }

    List<SandboxProcess> running() {
        return processes.stream().filter(SandboxProcess::running).toList();
    }

    /** One that runs. */
    SandboxProcess find(JsonNode selector) {
        var process = findEvenEnded(selector);
        if (!process.running()) {
            throw notFound(selector);
        }
        return process;
    }

    /** One that runs, or whose exit is still kept. */
    SandboxProcess findEvenEnded(JsonNode selector) {
        return (selector.has("tag")
                        ? byTag(selector.path("tag").asString())
                        : byPid(selector.path("pid").asLong(0)))
                .stream().filter(process -> !process.forgotten()).findFirst().orElseThrow(() -> notFound(selector));
    }

    /** The newest: pids can be used again. */
    private List<SandboxProcess> byPid(long pid) {
        return processes.reversed().stream()
                .filter(process -> process.pid() == pid)
                .toList();
    }

    /** As envd 0.6.13 does: the search ends at the first tagged process, whether it matches or not. */
    private List<SandboxProcess> byTag(String tag) {
        return running().stream()
                .filter(process -> process.tag() != null)
                .limit(1)
                .filter(process -> Objects.equals(process.tag(), tag))
                .toList();
    }

    private static ConnectError notFound(JsonNode selector) {
        String which = selector.has("tag")
                ? "tag " + selector.path("tag").asString()
                : "pid " + selector.path("pid").asLong(0);
        return new ConnectError("not_found", "process with %s not found".formatted(which));
    }

    void lose() {
        processes.forEach(SandboxProcess::lose);
    }
}
