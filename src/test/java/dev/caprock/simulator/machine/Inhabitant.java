package dev.caprock.simulator.machine;

/**
 * A process of a machine.
 *
 * @param commandLine program and arguments; on macOS followed by its environment
 */
public record Inhabitant(long pid, String commandLine) {

    /** Whether it is the simulator's own scaffolding. */
    boolean scaffold() {
        return commandLine.contains("/.caprock-");
    }
}
