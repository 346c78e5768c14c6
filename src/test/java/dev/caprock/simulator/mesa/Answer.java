package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the server sends back. */
record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
    static final String JSON = "application/json";

    static Answer ok(Object body) {
        return json(200, body);
    }

    static Answer created(Object body) {
        return json(201, body);
    }

    static Answer success() {
        return ok(Map.of("success", true));
    }

    static Answer json(int status, Object body) {
        return new Answer(status, JSON, Json.bytes(body), Map.of());
    }

    static Answer text(int status, String contentType, String body) {
        return new Answer(status, contentType, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
