package dev.caprock.session;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which agent a session runs, and how. Its secrets and prompts are not here but sealed in the vault.
 *
 * @param version of its program; null for the newest
 * @param command the program and its arguments, for agents that are a plain command; else empty
 */
public record AgentChoice(
        String kind, @Nullable String version, List<String> args, List<String> command, Map<String, String> env) {

    public AgentChoice {
        args = List.copyOf(args);
        command = List.copyOf(command);
        env = Map.copyOf(env);
    }

    /** The same with other variables. */
    public AgentChoice with(Map<String, String> variables) {
        return new AgentChoice(kind, version, args, command, variables);
    }
}
