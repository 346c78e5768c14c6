package dev.caprock.agent;

import static dev.caprock.agent.JsonLines.count;
import static dev.caprock.agent.JsonLines.joined;
import static dev.caprock.agent.JsonLines.text;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What {@code codex exec --json} prints, one JSON object a line. The forms are those of {@code codex-cli 0.169.0}
 * (2026-11) and of its source, {@code codex-rs/exec/src/exec_events.rs}; commands, messages, usage and failures were seen
 * of the program itself, the other items are from the source alone.
 */
final class CodexLines {

    private CodexLines() {}

    /**
     * {@code error} is not read: a retry that may yet succeed looks the same (openai/codex#32984, 2026-07), and
     * {@code turn.failed} follows where it was the end.
     */
    static List<AgentEvent> events(JsonNode line) {
        return switch (text(line, "type")) {
            case "thread.started" ->
                Stream.of(text(line, "thread_id"))
                        .filter(id -> !id.isEmpty())
                        .<AgentEvent>map(AgentEvent.Conversation::new)
                        .toList();
            case "item.started" -> started(line.path("item"));
            case "item.updated" -> updated(line.path("item"));
            case "item.completed" -> completed(line.path("item"));
            case "turn.completed" -> List.of(usage(line.path("usage")));
            case "turn.failed" -> List.of(new AgentEvent.Finished(text(line.path("error"), "message"), true));
            default -> List.of();
        };
    }

    private static List<AgentEvent> started(JsonNode item) {
        return switch (text(item, "type")) {
            case "command_execution", "mcp_tool_call", "todo_list" -> List.of(tool(item));
            default -> List.of();
        };
    }

    private static List<AgentEvent> updated(JsonNode item) {
        return text(item, "type").equals("todo_list") ? List.of(tool(item)) : List.of();
    }

    /**
     * Its closing line does not repeat the answer, so every message is its last word until the next one. A change of files
     * and a web search need not have been started before (0.169.0 and its source), or were without their content: they
     * are told whole at their end.
     */
    private static List<AgentEvent> completed(JsonNode item) {
        return switch (text(item, "type")) {
            case "agent_message" -> {
                String text = text(item, "text");
                yield List.of(new AgentEvent.Message("assistant", text), new AgentEvent.Finished(text, false));
            }
            case "command_execution" -> List.of(result(item, text(item, "aggregated_output")));
            case "mcp_tool_call" -> List.of(result(item, answer(item)));
            case "file_change" -> List.of(tool(item), result(item, changes(item.path("changes"))));
            case "web_search" -> List.of(tool(item), result(item, ""));
            default -> List.of();
        };
    }

    private static AgentEvent tool(JsonNode item) {
        String id = text(item, "id");
        return switch (text(item, "type")) {
            case "mcp_tool_call" ->
                new AgentEvent.Tool(
                        id, "%s.%s".formatted(text(item, "server"), text(item, "tool")), item.path("arguments"));
            case "command_execution" -> new AgentEvent.Tool(id, "command_execution", only(item, "command"));
            case "file_change" -> new AgentEvent.Tool(id, "file_change", only(item, "changes"));
            case "web_search" -> new AgentEvent.Tool(id, "web_search", only(item, "query"));
            default -> new AgentEvent.Tool(id, "todo_list", only(item, "items"));
        };
    }

    private static JsonNode only(JsonNode item, String field) {
        var input = JsonNodeFactory.instance.objectNode();
        return item.has(field) ? input.set(field, item.get(field)) : input;
    }

    /** A command that ended with another exit code than 0 is {@code failed} too. */
    private static AgentEvent result(JsonNode item, String text) {
        String status = text(item, "status");
        return new AgentEvent.ToolResult(text(item, "id"), text, status.equals("failed") || status.equals("declined"));
    }

    private static String answer(JsonNode item) {
        String error = text(item.path("error"), "message");
        return error.isEmpty() ? joined(item.path("result").path("content")) : error;
    }

    private static String changes(JsonNode changes) {
        return changes.valueStream()
                .map(change -> "%s %s".formatted(text(change, "kind"), text(change, "path")))
                .collect(Collectors.joining("\n"));
    }

    /** What came from a cache is among the input; a conversation that goes on counts on (0.169.0). */
    private static AgentEvent usage(JsonNode usage) {
        return new AgentEvent.Usage(count(usage, "input_tokens"), count(usage, "output_tokens"), null);
    }
}
