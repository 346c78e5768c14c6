package dev.caprock.simulator.machine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command for a machine to run.
 *
 * @param environment beyond what every command has; wins over it, except for the names that start with CAPROCK_MACHINE
 * @param directory where to run, as the machine names it; null is the user's home
 * @param stdin whether its standard input stays open for us to write to; if not it is empty
 */
public record MachineCommand(
        List<String> arguments,
        String user,
        Map<String, String> environment,
        @Nullable String directory,
        boolean stdin) {

    public MachineCommand {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("arguments must not be empty");
        }
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    /** By the default user, in its home, without input. */
    public static MachineCommand of(String... arguments) {
        return new MachineCommand(List.of(arguments), Machine.USER, Map.of(), null, false);
    }

    public MachineCommand as(String other) {
        return new MachineCommand(arguments, other, environment, directory, stdin);
    }

    public MachineCommand with(Map<String, String> more) {
        return new MachineCommand(arguments, user, more, directory, stdin);
    }

    @Override
    public String toString() {
        return "MachineCommand[%s by %s]".formatted(arguments.getFirst(), user);
    }
}
