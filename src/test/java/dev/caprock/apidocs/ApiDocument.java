package dev.caprock.apidocs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The committed OpenAPI document, read by tests that go through every operation, and that compare answers with it. */
public final class ApiDocument {

    private static final Path COPY = Path.of("src/main/resources/openapi/caprock.json");
    private static final String REFERENCE = "#/components/";

    private final JsonNode root;

    ApiDocument(JsonNode root) {
        this.root = root;
    }

    public static ApiDocument read() {
        try {
            return new ApiDocument(JsonMapper.shared().readTree(Files.readString(COPY)));
        } catch (IOException missing) {
            throw new java.io.UncheckedIOException(missing);
        }
    }

    /**
     * An operation of the document.
     *
     * @param scope what it takes; null when it is open
     * @param body the schema of its JSON body; null when it has none
     */
    public record Call(
            String method,
            String path,
            String id,
            @Nullable String scope,
            List<JsonNode> parameters,
            @Nullable JsonNode body,
            JsonNode responses) {

        /** Its path with these in place of the parameters, in their order. */
        public String at(String... ids) {
            String filled = path;
            for (String each : ids) {
                filled = filled.replaceFirst("\\{[a-z]+}", each);
            }
            return filled;
        }

        /** Whether its path names a thing. */
        public boolean isOfOneThing() {
            return path.contains("{");
        }

        @Override
        public String toString() {
            return id;
        }
    }

    public List<Call> calls() {
        var all = new ArrayList<Call>();
        root.path("paths")
                .forEachEntry((path, item) -> item.forEachEntry((method, operation) -> {
                    JsonNode scope =
                            operation.path("security").path(0).path("bearer").path(0);
                    JsonNode content = operation.path("requestBody").path("content");
                    JsonNode body = content.isMissingNode()
                            ? null
                            : content.iterator().next().path("schema");
                    all.add(new Call(
                            method.toUpperCase(java.util.Locale.ROOT),
                            path,
                            operation.path("operationId").stringValue(""),
                            scope.isMissingNode() ? null : scope.stringValue(""),
                            operation.path("parameters").valueStream().toList(),
                            body,
                            operation.path("responses")));
                }));
        return List.copyOf(all);
    }

    /** A body that an operation takes: the document's own example. */
    public @Nullable JsonNode exampleOf(Call call) {
        return call.body() == null
                ? null
                : resolved(call.body()).path("examples").path(0);
    }

    /** The names of a schema's fields; none where there is no such schema. */
    public Set<String> fieldsOf(String schema) {
        return Set.copyOf(schema(schema).path("properties").propertyNames());
    }

    Set<String> schemas() {
        return Set.copyOf(root.path("components").path("schemas").propertyNames());
    }

    JsonNode schema(String name) {
        return root.path("components").path("schemas").path(name);
    }

    List<JsonNode> examples(String name) {
        return schema(name).path("examples").valueStream().toList();
    }

    /** What a schema, or anything else, refers to; itself when it does not. */
    public JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").stringValue("");
        if (reference.isEmpty()) {
            return node;
        }
        JsonNode found = root.path("components");
        for (String step : reference.substring(REFERENCE.length()).split("/", -1)) {
            found = found.path(step);
        }
        if (found.isMissingNode()) {
            throw new AssertionError("the document refers to " + reference + ", which is not there");
        }
        return found;
    }

    /**
     * How a value differs from a schema. A member that the schema does not name is a difference too: nothing may be answered
     * that is not documented, but in a problem.
     */
    public List<String> mismatches(JsonNode schema, JsonNode value) {
        var found = new ArrayList<String>();
        compare(resolved(schema), value, "", found);
        return found;
    }

    private void compare(JsonNode schema, JsonNode value, String at, List<String> found) {
        if (schema.isEmpty()) {
            return; // anything
        }
        if (schema.has("anyOf")) {
            boolean fits = schema.path("anyOf")
                    .valueStream()
                    .anyMatch(each -> mismatches(each, value).isEmpty());
            if (!fits) {
                found.add(at + " is none of " + schema.path("anyOf"));
            }
            return;
        }
        if (!types(schema).isEmpty() && types(schema).stream().noneMatch(type -> isOf(type, value))) {
            found.add("%s is %s, not %s".formatted(at, value, types(schema)));
            return;
        }
        if (schema.has("enum") && schema.path("enum").valueStream().noneMatch(value::equals)) {
            found.add("%s is %s, not of %s".formatted(at, value, schema.path("enum")));
        }
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                compare(resolved(schema.path("items")), value.path(i), at + "/" + i, found);
            }
        }
        if (value.isObject()) {
            members(schema, value, at, found);
        }
    }

    private void members(JsonNode schema, JsonNode value, String at, List<String> found) {
        schema.path("required")
                .valueStream()
                .map(name -> name.stringValue(""))
                .filter(name -> !value.has(name))
                .forEach(name -> found.add(at + "/" + name + " is missing"));
        JsonNode others = schema.path("additionalProperties");
        boolean isProblem = schema == schema("Problem");
        value.forEachEntry((name, member) -> {
            JsonNode known = schema.path("properties").path(name);
            if (!known.isMissingNode()) {
                compare(resolved(known), member, at + "/" + name, found);
            } else if (others.isObject()) {
                compare(resolved(others), member, at + "/" + name, found);
            } else if (!isProblem) {
                found.add(at + "/" + name + " is not documented");
            }
        });
    }

    static List<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray()
                ? type.valueStream().map(each -> each.stringValue("")).toList()
                : Stream.ofNullable(type.stringValue(null))
                        .filter(Objects::nonNull)
                        .toList();
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("no such type: " + type);
        };
    }
}
