package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Inhabitant;
import java.util.List;
import java.util.Map;

/** A sandbox that exists and so costs, with whatever runs in it. */
public record LiveSandbox(
        String id, String template, Map<String, String> metadata, boolean paused, List<Inhabitant> processes) {}
