package dev.caprock.simulator.mesa;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came over the wire.
 *
 * @param path the raw path below the base path, such as {@code /acme/r/bookmarks/feature%2Fx}
 */
record Request(
        String method,
        String path,
        Map<String, String> query,
        @Nullable String bearer,
        String accept,
        String userAgent,
        byte[] body) {

    static Request read(HttpExchange exchange, String basePath) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        boolean bearer = authorization != null && authorization.startsWith("Bearer ");
        return new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath().substring(basePath.length()),
                query(exchange.getRequestURI().getRawQuery()),
                bearer ? authorization.substring("Bearer ".length()) : null,
                header(exchange, "Accept"),
                header(exchange, "User-Agent"),
                exchange.getRequestBody().readAllBytes());
    }

    /** The segments of the path, decoded one by one: an encoded slash stays within its segment. */
    List<String> segments() {
        return Arrays.stream(path.substring(Math.min(1, path.length())).split("/", -1))
                .map(segment -> decoded(segment.replace("+", "%2B")))
                .toList();
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                query.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
