package dev.caprock.simulator.e2b;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request as the simulator's parts see it. */
final class Call {

    private static final int LARGEST_BODY = 64 << 20;

    private final HttpExchange exchange;
    private final Map<String, String> query;
    private byte @Nullable [] body;
    private @Nullable String sandboxId;

    Call(HttpExchange exchange) {
        this.exchange = exchange;
        this.query = parse(exchange.getRequestURI().getRawQuery());
    }

    String method() {
        return exchange.getRequestMethod();
    }

    String path() {
        return exchange.getRequestURI().getPath();
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

    /** The sandbox that this is about, once that is known. */
    @Nullable
    String sandboxId() {
        return sandboxId;
    }

    void about(@Nullable String id) {
        sandboxId = id;
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

    /** The body as JSON; an empty one is {@code {}}. */
    JsonNode json() {
        if (body().length == 0) {
            return JsonMapper.shared().createObjectNode();
        }
        try {
            return JsonMapper.shared().readTree(body());
        } catch (JacksonException e) {
            throw Refused.api(400, "validation error: request body has an error: failed to decode");
        }
    }

    /** The user named by HTTP basic authentication, or null. */
    @Nullable
    String basicUser() {
        String authorization = header("Authorization");
        if (authorization == null || !authorization.startsWith("Basic ")) {
            return null;
        }
        var pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8);
        return pair.substring(0, pair.indexOf(':'));
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
