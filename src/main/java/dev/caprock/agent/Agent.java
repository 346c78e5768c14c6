package dev.caprock.agent;

import java.util.Optional;
import java.util.Set;

/** A kind of coding agent: how to launch it without a person, and how to read what it prints. One bean per kind. */
public interface Agent {

    /** What callers write in {@code agent.kind}, for example {@code claude-code}. */
    String kind();

    /** Why a request cannot be served, as a sentence for the caller; empty when it can. */
    Optional<String> refusal(AgentRequest request);

    /**
     * How to launch it. The prompt arrives on its standard input.
     *
     * @param request one that is not refused
     */
    Launch launch(AgentRequest request);

    /**
     * Where it finds its model; empty when that is unknown, or when it is told of another place.
     *
     * @param variables the names of those that the caller sets
     */
    default Optional<Model> model(AgentRequest request, Set<String> variables) {
        return Optional.empty();
    }

    /** Reads the lines of its standard output; empty when they have no known form. */
    Optional<LineReader> reader();
}
