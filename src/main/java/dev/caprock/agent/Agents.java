package dev.caprock.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** The agents that this service can launch, by kind. */
@Component
public class Agents {

    private final Map<String, Agent> byKind;

    Agents(List<Agent> agents) {
        byKind = agents.stream().collect(Collectors.toUnmodifiableMap(Agent::kind, Function.identity()));
    }

    public Optional<Agent> find(String kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    /** In alphabetical order, to tell a caller what there is. */
    public SortedSet<String> kinds() {
        return new TreeSet<>(byKind.keySet());
    }
}
