package dev.caprock.simulator.e2b;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What the simulator answers. */
sealed interface Reply {

    int status();

    /** An answer that is known as a whole. */
    record Body(int status, Map<String, String> headers, byte[] content) implements Reply {

        Body with(String name, String value) {
            var more = new java.util.HashMap<>(headers);
            more.put(name, value);
            return new Body(status, more, content);
        }
    }

    /** A stream of events: always 200, whatever happens then. */
    record Events(Script script) implements Reply {

        @Override
        public int status() {
            return 200;
        }
    }

    /** Writes the events; returning means a good end of stream. */
    @FunctionalInterface
    interface Script {
        void write(EventStream stream) throws IOException, InterruptedException;
    }

    static Body empty(int status) {
        return new Body(status, Map.of(), new byte[0]);
    }

    static Body json(int status, JsonNode json) {
        return text(status, "application/json", json.toString());
    }

    static Body text(int status, String contentType, String text) {
        return new Body(status, Map.of("Content-Type", contentType), text.getBytes(StandardCharsets.UTF_8));
    }
}
