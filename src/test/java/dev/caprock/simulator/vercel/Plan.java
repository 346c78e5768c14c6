package dev.caprock.simulator.vercel;

import java.time.Duration;

/**
 * What an account may have.
 *
 * @param longestRun of a session, extensions included
 * @param concurrency how many sandboxes may be neither stopped nor deleted
 * @param vcpus of one sandbox
 */
public record Plan(Duration longestRun, int concurrency, int vcpus) {

    public static final Plan HOBBY = new Plan(Duration.ofMinutes(45), 10, 4);
    public static final Plan PRO = new Plan(Duration.ofHours(24), 10_000, 8);
}
