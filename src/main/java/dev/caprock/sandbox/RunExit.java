package dev.caprock.sandbox;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a run ended. The agent can write where the runner does, so this is its own word at worst: well-formed, not proven.
 *
 * @param code as the shell counts it: 128 + n when killed by signal n
 * @param signal the signal that killed it, or 0; an agent that exits with 128 + n itself looks the same
 * @param stdout final size in bytes
 * @param stderr final size in bytes
 */
public record RunExit(int code, int signal, long stdout, long stderr) {

    private static final Pattern FILE = Pattern.compile(
            "code (\\d{1,3})\nsignal (\\d{1,2})\nstdout (\\d{1,15})\nstderr (\\d{1,15})\nfinished \\d{1,12}\n");

    /** Reads the answer of {@link Runner#exit}; empty when there is no exit yet, or none that can be read. */
    public static Optional<RunExit> of(CommandResult result) {
        var file = FILE.matcher(result.output());
        if (!result.succeeded() || !file.matches()) {
            return Optional.empty();
        }
        var exit = new RunExit(
                Integer.parseInt(file.group(1)),
                Integer.parseInt(file.group(2)),
                Long.parseLong(file.group(3)),
                Long.parseLong(file.group(4)));
        return exit.plausible() ? Optional.of(exit) : Optional.empty();
    }

    private boolean plausible() {
        return code <= 255 && (signal == 0 || code == 128 + signal);
    }
}
