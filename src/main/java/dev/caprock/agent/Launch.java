package dev.caprock.agent;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to launch an agent.
 *
 * @param argv its program and arguments
 * @param environment what the agent needs beside the caller's own variables, which win
 * @param program what must be installed; null when the caller's template has it
 */
public record Launch(
        List<String> argv,
        Map<String, String> environment,
        @Nullable Program program) {

    public Launch {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    /**
     * A program that npm can install.
     *
     * @param executable as it is found on PATH
     * @param version null for the newest
     */
    public record Program(
            String executable, String npmPackage, @Nullable String version) {}
}
