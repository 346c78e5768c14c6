package dev.caprock.simulator.vercel;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request as the simulator's parts see it. */
final class Call {

    private static final int LARGEST_BODY = 64 << 20;

    private final HttpExchange exchange;
    private final Map<String, String> query;
    private byte @Nullable [] body;
    private @Nullable Effect effect;
    private @Nullable String sandbox;

    Call(HttpExchange exchange) {
        this.exchange = exchange;
        this.query = parse(exchange.getRequestURI().getRawQuery());
    }

    String method() {
        return exchange.getRequestMethod();
    }

    /** Undecoded, without the base's {@code /api}. */
    String path() {
        String path = exchange.getRequestURI().getRawPath();
        return path.startsWith("/api/") ? path.substring(4) : path;
    }

    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** A query parameter, decoded once. */
    @Nullable
    String query(String name) {
        return query.get(name);
    }

    boolean queryTrue(String name) {
        return "true".equals(query.get(name));
    }

    /** What strikes this call, for those who act on it themselves. */
    @Nullable
    Effect effect() {
        return effect;
    }

    void struckBy(@Nullable Effect fault) {
        effect = fault;
    }

    /** The name of the sandbox that this is about, once that is known. */
    @Nullable
    String sandbox() {
        return sandbox;
    }

    void about(@Nullable String name) {
        sandbox = name;
    }

    byte[] body() {
        if (body == null) {
            try {
                body = exchange.getRequestBody().readNBytes(LARGEST_BODY);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return body;
    }

    /** The body as a JSON object; an empty one is {@code {}}. */
    ObjectNode json() {
        if (body().length == 0) {
            return JsonMapper.shared().createObjectNode();
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(body());
            if (json instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw Refused.badRequest("Invalid JSON");
        }
        throw Refused.invalid("should be object.");
    }

    private static Map<String, String> parse(@Nullable String raw) {
        var parameters = new HashMap<String, String>();
        for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                parameters.put(pair.substring(0, equals), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
