package dev.caprock.simulator.vercel;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A part of a list. The cursor names the last element of the page before, so what is deleted meanwhile shifts nothing.
 *
 * @param field of the answer
 * @param key orders the elements; unique
 * @param json of an element
 */
record Page<T>(String field, Function<T, String> key, Function<T, JsonNode> json) {

    private static final int STANDARD = 20;
    private static final int LARGEST = 100;

    Reply of(List<T> elements, Call call) {
        boolean ascending = "asc".equals(call.query("sortOrder"));
        var order = ascending
                ? Comparator.comparing(key)
                : Comparator.comparing(key).reversed();
        var rest = elements.stream().sorted(order).toList();
        String cursor = call.query("cursor");
        if (cursor != null) {
            String last = decode(cursor);
            rest = rest.stream()
                    .filter(element -> ascending == key.apply(element).compareTo(last) > 0
                            && !key.apply(element).equals(last))
                    .toList();
        }
        return answer(rest, limit(call));
    }

    private Reply answer(List<T> rest, int limit) {
        var page = rest.subList(0, Math.min(limit, rest.size()));
        var answer = JsonMapper.shared().createObjectNode();
        var array = answer.putArray(field);
        page.forEach(element -> array.add(json.apply(element)));
        var pagination = answer.putObject("pagination").put("count", page.size());
        if (page.size() < rest.size()) {
            pagination.put("next", encode(key.apply(page.getLast())));
        } else {
            pagination.putNull("next");
        }
        return Reply.json(answer);
    }

    private static int limit(Call call) {
        String limit = call.query("limit");
        if (limit == null) {
            return STANDARD;
        }
        if (!limit.matches("[1-9]\\d{0,2}") || Integer.parseInt(limit) > LARGEST) {
            throw Refused.invalid("`limit` should be between 1 and %d.".formatted(LARGEST));
        }
        return Integer.parseInt(limit);
    }

    private static String encode(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("`cursor` is invalid.");
        }
    }
}
