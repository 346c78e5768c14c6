package dev.caprock.agent;

import java.util.Optional;
import java.util.Set;

/** The arguments of an agent that has its own program which Caprock sets, so that a caller may not. */
record OwnArguments(Set<String> names) {

    Optional<String> refusal(AgentRequest request) {
        if (!request.command().isEmpty()) {
            return Optional.of("agent.command is only for agent.kind command");
        }
        return request.args().stream()
                .filter(argument -> names.contains(name(argument)))
                .findFirst()
                .map("agent.args may not hold %s: Caprock sets it"::formatted);
    }

    private static String name(String argument) {
        int end = argument.indexOf('=');
        return end < 0 ? argument : argument.substring(0, end);
    }
}
