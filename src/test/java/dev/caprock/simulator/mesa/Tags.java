package dev.caprock.simulator.mesa;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The rules of tags: lower-case keys of at most 64 characters, values of at most 256, null removes. */
final class Tags {
    private Tags() {}

    static void apply(Map<String, String> tags, Map<String, @Nullable String> changes) {
        changes.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > 64 || (value != null && value.length() > 256)) {
                throw Body.bad("a tag's key has 1 to 64 characters, its value at most 256");
            }
            if (value == null) {
                tags.remove(key.toLowerCase(Locale.ROOT));
            } else {
                tags.put(key.toLowerCase(Locale.ROOT), value);
            }
        });
    }

    /** The list filter: a JSON object of equal values, or {@code key:value} pairs separated by commas. */
    static boolean match(Map<String, String> tags, String filter) {
        if (!filter.startsWith("{")) {
            return java.util.Arrays.stream(filter.split(",", -1)).allMatch(pair -> {
                String[] parts = pair.split("[:=]", 2);
                String value = tags.get(parts[0].toLowerCase(Locale.ROOT));
                return value != null && (parts.length == 1 || value.equalsIgnoreCase(parts[1]));
            });
        }
        return Json.read(filter.getBytes(java.nio.charset.StandardCharsets.UTF_8)).properties().stream()
                .allMatch(entry -> equal(tags.get(entry.getKey().toLowerCase(Locale.ROOT)), entry.getValue()));
    }

    private static boolean equal(@Nullable String value, JsonNode wanted) {
        if (!wanted.isString()) {
            throw Body.bad("this server knows only equality in tag filters");
        }
        return wanted.stringValue().equalsIgnoreCase(value);
    }
}
