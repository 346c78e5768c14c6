package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.Inhabitant;
import java.util.List;
import java.util.Map;

/**
 * A sandbox that was not deleted, with whatever runs in it.
 *
 * @param sessions how often it was booted
 * @param costs whether its current session is not over
 */
public record LiveSandbox(
        String name,
        String sessionId,
        String status,
        Map<String, String> tags,
        int sessions,
        boolean costs,
        List<Inhabitant> processes) {}
