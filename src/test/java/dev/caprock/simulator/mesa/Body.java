package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A JSON object of a request. What has the wrong type is refused as a bad request that names the field. */
final class Body {
    private final JsonNode node;

    Body(JsonNode node) {
        if (!node.isObject()) {
            throw bad("expected a JSON object");
        }
        this.node = node;
    }

    static Body read(byte[] json) {
        try {
            return new Body(Json.read(json));
        } catch (IllegalArgumentException e) {
            throw bad(String.valueOf(e.getMessage()));
        }
    }

    boolean has(String field) {
        return node.has(field);
    }

    /** The field is there and says {@code null}. */
    boolean clears(String field) {
        return node.path(field).isNull();
    }

    @Nullable
    String string(String field) {
        JsonNode value = node.path(field);
        if (absent(value)) {
            return null;
        }
        require(value.isString(), field, "a string");
        return value.stringValue();
    }

    String required(String field) {
        String value = string(field);
        if (value == null || value.isEmpty()) {
            throw bad(field + " is required");
        }
        return value;
    }

    boolean flag(String field) {
        JsonNode value = node.path(field);
        require(absent(value) || value.isBoolean(), field, "a boolean");
        return value.isBoolean() && value.booleanValue();
    }

    @Nullable
    Long integer(String field) {
        JsonNode value = node.path(field);
        if (absent(value)) {
            return null;
        }
        require(value.isIntegralNumber(), field, "an integer");
        return value.longValue();
    }

    @Nullable
    List<String> strings(String field) {
        JsonNode value = node.path(field);
        if (absent(value)) {
            return null;
        }
        require(value.isArray(), field, "an array of strings");
        List<String> strings = new ArrayList<>();
        for (JsonNode item : value) {
            require(item.isString() && !item.stringValue().isEmpty(), field, "an array of non-empty strings");
            strings.add(item.stringValue());
        }
        return List.copyOf(strings);
    }

    @Nullable
    Body object(String field) {
        JsonNode value = node.path(field);
        if (absent(value)) {
            return null;
        }
        require(value.isObject(), field, "an object");
        return new Body(value);
    }

    List<Body> objects(String field) {
        JsonNode value = node.path(field);
        if (absent(value)) {
            return List.of();
        }
        require(value.isArray(), field, "an array of objects");
        List<Body> objects = new ArrayList<>();
        value.forEach(item -> objects.add(new Body(item)));
        return objects;
    }

    /** A map of names to text; null asks for the name to be removed. */
    Map<String, @Nullable String> tags(String field) {
        Map<String, @Nullable String> tags = new LinkedHashMap<>();
        JsonNode value = node.path(field);
        require(absent(value) || value.isObject(), field, "an object");
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            JsonNode text = entry.getValue();
            require(text.isNull() || text.isString(), field, "an object of strings");
            tags.put(entry.getKey(), text.isNull() ? null : text.stringValue());
        }
        return tags;
    }

    static Refused bad(String message) {
        return new Refused(Problem.BAD_REQUEST, message);
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static void require(boolean holds, String field, String what) {
        if (!holds) {
            throw bad(field + " must be " + what);
        }
    }
}
