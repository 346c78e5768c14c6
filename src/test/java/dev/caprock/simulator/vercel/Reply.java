package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What the simulator answers. */
sealed interface Reply {

    int status();

    /**
     * An answer that is known as a whole.
     *
     * @param chunked whether it goes without a length
     */
    record Body(int status, Map<String, String> headers, byte[] content, boolean chunked) implements Reply {}

    /** A stream of lines: always 200, whatever happens then. */
    record Lines(Script script) implements Reply {

        @Override
        public int status() {
            return 200;
        }
    }

    /** Writes the lines; returning means a good end. */
    @FunctionalInterface
    interface Script {
        void write(LineStream stream) throws IOException, InterruptedException;
    }

    static Body json(int status, JsonNode json) {
        byte[] content = json.toString().getBytes(StandardCharsets.UTF_8);
        return new Body(status, Map.of("Content-Type", "application/json; charset=utf-8"), content, false);
    }

    static Body json(JsonNode json) {
        return json(200, json);
    }
}
