package dev.caprock.requests;

import dev.caprock.apidocs.ApiDocument;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes requests that are wrong in one way or several, the same ones again from the same seed. */
final class Mutations {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "null",
            "0",
            "-1",
            "1",
            "9223372036854775807",
            "9223372036854775808",
            "1e400",
            "NaN",
            "true",
            "\u0000",
            "a\u0000b",
            "a\r\nSet-Cookie: b=c",
            "\u202e\u200b\ufeff",
            "😀".repeat(50),
            "ÿ".repeat(300),
            "'; drop table session; --",
            "../../etc/passwd",
            "%s%n%x",
            "${jndi:ldap://localhost/a}",
            "$(touch fuzzed)",
            "`id`",
            "<script>alert(1)</script>",
            "[]",
            "{}",
            "PT1H",
            "P99999999999D",
            "PT-1H",
            "2026-01-31T12:00:00Z",
            "+999999999-12-31T23:59:59Z",
            "-1000000000-01-01T00:00:00Z",
            "running",
            "a:b",
            "ses_00000000000070008000000000000000",
            "ses_zz",
            "00000000000070008000000000000000",
            "999999999999999999_00000000000070008000000000000000_1",
            "x".repeat(3000));

    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json",
            "application/json",
            "application/json",
            "application/json; charset=utf-16",
            "application/merge-patch+json",
            "application/yaml",
            "text/plain",
            "multipart/form-data",
            "nonsense");

    private static final Map<String, List<String>> HEADERS = Map.of(
            "If-Match", List.of("*", "\"1\"", "W/\"1\"", "\"", "1", "\"a\", \"b\"", ",,,", "x".repeat(500)),
            "Prefer", List.of("wait=0", "wait=-1", "wait=99999999999", "wait=", "respond-async", ";;;", "wait=\"0\""),
            "Idempotency-Key", List.of("a", "", " ", "a b", "x".repeat(300), "\"", "ä"),
            "Last-Event-ID", List.of("0", "-1", "x", "999999999999999999", "9999999999999999999"),
            "Accept",
                    List.of(
                            "application/json",
                            "text/plain",
                            "image/png",
                            "*/*",
                            "text/event-stream",
                            "nonsense",
                            "application/x-pem-file",
                            ";"),
            "Accept-Language", List.of("de", "xx-yy-zz-11", "*", "\u00fc"),
            "Range", List.of("bytes=0-1", "bytes=-1", "x"),
            "If-None-Match", List.of("*", "\"1\"", "x"),
            "If-Modified-Since", List.of("Sun, 06 Nov 1994 08:49:37 GMT", "x"),
            "traceparent", List.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x", "00-0-0-0"));

    private final Random random;
    private final List<String> known;

    /** @param known ids that exist */
    Mutations(Random random, List<String> known) {
        this.random = random;
        this.known = known;
    }

    /** A request to be sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sent(String path, List<String> headers, byte @Nullable [] body) {

        @Override
        public String toString() {
            String said = body == null ? "" : new String(body, StandardCharsets.UTF_8);
            return "%s %s %s".formatted(path, headers, said.length() <= 300 ? said : said.substring(0, 300) + "…");
        }
    }

    Sent of(ApiDocument.Call call, @Nullable JsonNode example) {
        var path = new StringBuilder(call.at(ids()));
        var query = new ArrayList<String>();
        for (JsonNode parameter : call.parameters()) {
            while (parameter.path("in").stringValue("").equals("query") && random.nextInt(5) < 2) {
                query.add(parameter.path("name").stringValue("") + "=" + encoded(text(parameter.path("schema"))));
            }
        }
        if (random.nextInt(20) == 0) {
            query.add(encoded(any(TEXTS)) + "=" + encoded(any(TEXTS)));
        }
        if (!query.isEmpty()) {
            path.append('?').append(String.join("&", query));
        }
        byte[] body = example == null ? null : body(example);
        return new Sent(path.toString(), headers(body != null, call), body);
    }

    private String[] ids() {
        String[] ids = {known.get(0), known.get(1)};
        for (int i = 0; i < ids.length; i++) {
            if (random.nextInt(3) == 0) {
                String odd = any(TEXTS);
                ids[i] = encoded(odd.isBlank() ? "x" : odd).replace("$", "%24");
            }
        }
        return ids;
    }

    private List<String> headers(boolean hasBody, ApiDocument.Call call) {
        var headers = new ArrayList<String>();
        if (hasBody) {
            headers.addAll(List.of("Content-Type", any(TYPES)));
        }
        HEADERS.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(header -> {
            if (random.nextInt(6) == 0
                    && !(header.getKey().equals("Accept") && call.id().equals("listEvents"))) {
                headers.addAll(List.of(header.getKey(), any(header.getValue())));
            }
        });
        return headers;
    }

    private String text(JsonNode schema) {
        JsonNode words = schema.path("enum");
        return words.isArray() && random.nextBoolean()
                ? words.path(random.nextInt(words.size())).stringValue("")
                : any(TEXTS);
    }

    private byte[] body(JsonNode example) {
        JsonNode changed = example.deepCopy();
        for (int times = random.nextInt(4); times > 0; times--) {
            changed = changed(changed);
        }
        String text = JSON.writeValueAsString(changed);
        return switch (random.nextInt(14)) {
            case 0 -> text.substring(0, random.nextInt(text.length() + 1)).getBytes(StandardCharsets.UTF_8);
            case 1 -> (text + text).getBytes(StandardCharsets.UTF_8);
            case 2 -> text.replaceFirst("\\{", "{\"prompt\":1,\"prompt\":2,").getBytes(StandardCharsets.UTF_8);
            case 3 -> ("{\"a\":".repeat(150) + "1" + "}".repeat(150)).getBytes(StandardCharsets.UTF_8);
            case 4 -> noise();
            case 5 -> text.getBytes(StandardCharsets.UTF_16);
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
    }

    /** With one thing in it, at any depth, in place of what was there. */
    private JsonNode changed(JsonNode node) {
        if (node instanceof ObjectNode object && !object.isEmpty() && random.nextInt(5) > 0) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = any(names.stream().sorted().toList());
            switch (random.nextInt(5)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(any(TEXTS), value());
                default -> object.set(name, changed(object.path(name)));
            }
            return object;
        }
        if (node instanceof ArrayNode array && !array.isEmpty() && random.nextInt(5) > 0) {
            int at = random.nextInt(array.size());
            array.set(at, changed(array.path(at)));
            return array;
        }
        return value();
    }

    private JsonNode value() {
        return switch (random.nextInt(9)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.valueToTree(random.nextInt());
            case 2 -> JSON.valueToTree(Double.MAX_VALUE);
            case 3 -> JSON.valueToTree(random.nextBoolean());
            case 4 -> JSON.createArrayNode().add(any(TEXTS)).addNull();
            case 5 -> JSON.createObjectNode().put(any(TEXTS), any(TEXTS));
            case 6 -> JSON.valueToTree(any(TEXTS).repeat(50));
            default -> JSON.valueToTree(any(TEXTS));
        };
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
