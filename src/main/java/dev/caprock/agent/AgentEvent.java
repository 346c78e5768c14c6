package dev.caprock.agent;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Something that an agent said about itself, in words common to all agents. */
public sealed interface AgentEvent {

    /**
     * Text of the conversation.
     *
     * @param role {@code assistant} or {@code user}
     */
    record Message(String role, String text) implements AgentEvent {}

    /** The agent uses a tool. */
    record Tool(String id, String name, JsonNode input) implements AgentEvent {}

    /**
     * What a tool answered.
     *
     * @param id of the {@link Tool} event
     */
    record ToolResult(String id, String text, boolean isError) implements AgentEvent {}

    /**
     * What the whole run has used; for an agent that counts by conversation, the runs before it included.
     *
     * @param inputTokens those read from and written to a cache included
     * @param cost in US dollars; null where the agent does not say
     */
    record Usage(
            long inputTokens, long outputTokens, @Nullable BigDecimal cost) implements AgentEvent {}

    /**
     * The conversation that the run is part of.
     *
     * @param id what {@link AgentRequest#conversation} takes, so that a later run goes on with it
     */
    record Conversation(String id) implements AgentEvent {}

    /**
     * The agent's last word, until another one comes. The run has not ended before its process has.
     *
     * @param result its answer, or why there is none
     */
    record Finished(String result, boolean isError) implements AgentEvent {}
}
