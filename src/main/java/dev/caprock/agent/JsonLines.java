package dev.caprock.agent;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads lines that are a JSON object each. What is none is nothing; a field that is missing or of another type is as good as empty. */
final class JsonLines implements LineReader {

    private final JsonMapper mapper;
    private final Function<JsonNode, List<AgentEvent>> events;

    /** @param events what one object says; must take any object */
    JsonLines(JsonMapper mapper, Function<JsonNode, List<AgentEvent>> events) {
        this.mapper = mapper;
        this.events = events;
    }

    @Override
    public List<AgentEvent> read(String line) {
        if (!line.startsWith("{")) {
            return List.of();
        }
        try {
            return events.apply(mapper.readTree(line));
        } catch (JacksonException e) {
            return List.of(); // cut off, or not its own
        }
    }

    static String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isString() ? value.stringValue() : "";
    }

    static boolean flag(JsonNode node, String field) {
        var value = node.path(field);
        return value.isBoolean() && value.booleanValue();
    }

    static long count(JsonNode node, String field) {
        var value = node.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? Math.max(0, value.longValue()) : 0;
    }

    /** The text of a tool's answer: a string, or blocks of which we read the text. */
    static String joined(JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        return content.valueStream()
                .map(block -> text(block, "text"))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
