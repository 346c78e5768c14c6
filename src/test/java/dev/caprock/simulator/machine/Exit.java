package dev.caprock.simulator.machine;

/**
 * How a command ended.
 *
 * @param code its exit code, or 128 + {@code signal}
 * @param signal the number of the signal that ended it, or 0
 */
public record Exit(int code, int signal) {}
