package dev.caprock.agent;

import static dev.caprock.agent.JsonLines.count;
import static dev.caprock.agent.JsonLines.flag;
import static dev.caprock.agent.JsonLines.joined;
import static dev.caprock.agent.JsonLines.text;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What {@code claude --output-format stream-json} prints, one JSON object a line. */
final class ClaudeCodeLines {

    private ClaudeCodeLines() {}

    static List<AgentEvent> events(JsonNode line) {
        return switch (text(line, "type")) {
            case "assistant", "user" ->
                contents(text(line, "type"), line.path("message").path("content"));
            case "system" -> conversation(line).toList();
            case "result" ->
                Stream.concat(Stream.of(usage(line), finished(line)), conversation(line))
                        .toList();
            default -> List.of();
        };
    }

    private static List<AgentEvent> contents(String role, JsonNode content) {
        if (content.isString()) {
            return List.of(new AgentEvent.Message(role, content.stringValue()));
        }
        return content.valueStream().flatMap(block -> content(role, block)).toList();
    }

    private static Stream<AgentEvent> content(String role, JsonNode block) {
        return switch (text(block, "type")) {
            case "text" -> Stream.of(new AgentEvent.Message(role, text(block, "text")));
            case "tool_use" ->
                Stream.of(new AgentEvent.Tool(text(block, "id"), text(block, "name"), block.path("input")));
            case "tool_result" ->
                Stream.of(new AgentEvent.ToolResult(
                        text(block, "tool_use_id"), joined(block.path("content")), flag(block, "is_error")));
            default -> Stream.empty();
        };
    }

    private static AgentEvent usage(JsonNode line) {
        var usage = line.path("usage");
        var cost = line.path("total_cost_usd");
        return new AgentEvent.Usage(
                count(usage, "input_tokens")
                        + count(usage, "cache_creation_input_tokens")
                        + count(usage, "cache_read_input_tokens"),
                count(usage, "output_tokens"),
                cost.isNumber() && Double.isFinite(cost.doubleValue()) ? cost.decimalValue() : null);
    }

    /** Without an answer of its own, the subtype says why, for example {@code error_max_turns}. */
    private static AgentEvent finished(JsonNode line) {
        var result = line.path("result").isString() ? text(line, "result") : text(line, "subtype");
        return new AgentEvent.Finished(result, flag(line, "is_error"));
    }

    private static Stream<AgentEvent> conversation(JsonNode line) {
        return Stream.of(text(line, "session_id")).filter(id -> !id.isEmpty()).map(AgentEvent.Conversation::new);
    }
}
