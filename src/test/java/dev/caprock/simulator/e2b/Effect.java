package dev.caprock.simulator.e2b;

import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** What goes wrong when a fault strikes. */
public sealed interface Effect {

    /**
     * An answer of the fault's own; {@code {id}} in the body becomes the sandbox id.
     *
     * @param done whether what was asked for is done all the same
     */
    record Answer(int status, Map<String, String> headers, String body, boolean done) implements Effect {

        public Answer afterDoing() {
            return new Answer(status, headers, body, true);
        }
    }

    /** The connection is closed without an answer. */
    record Drop(boolean done) implements Effect {}

    /** Nothing is done before the latch opens; then all goes on as usual. */
    record Wait(CountDownLatch latch) implements Effect {}

    /**
     * A stream ends badly.
     *
     * @param after how much is delivered before: bytes for {@link BadEnd#RESET}, else frames
     */
    record Stream(BadEnd end, long after) implements Effect {}

    /** How a stream may end badly. */
    enum BadEnd {
        /** The connection closes in the middle of a chunk. */
        RESET,
        /** An end-of-stream frame with the code {@code unavailable}. */
        UNAVAILABLE,
        /** The body ends properly, but without an end-of-stream frame. */
        EOF,
        /** A good end-of-stream frame, but no {@code end} event before it. */
        NO_END_EVENT,
        /** Nothing comes any more, not even keepalives, until the faults are cleared; then the connection closes. */
        STALL
    }

    static Answer answer(int status, String contentType, String body) {
        return new Answer(status, Map.of("Content-Type", contentType), body, false);
    }

    /** JSON in the control API's form. */
    static Answer error(int status, String message) {
        return json(status, "{\"code\":%d,\"message\":\"%s\"}".formatted(status, message));
    }

    static Answer error(int status, String errorCode, String message) {
        return json(
                status, "{\"code\":%d,\"error_code\":\"%s\",\"message\":\"%s\"}".formatted(status, errorCode, message));
    }

    /** The load balancer's own words, not JSON. */
    static Answer gatewayTimeout() {
        return answer(504, "text/plain", "upstream request timeout");
    }

    static Answer rateLimited(int seconds) {
        var limited = error(429, "Rate limit exceeded");
        var headers = Map.of("Content-Type", "application/json", "Retry-After", Integer.toString(seconds));
        return new Answer(429, headers, limited.body(), false);
    }

    static Answer concurrencyLimited(int limit) {
        return error(429, Sandboxes.concurrencyMessage(limit));
    }

    static Answer noCapacity() {
        return error(503, "sandbox_capacity_unavailable", "Failed to place sandbox: no capacity");
    }

    /** The proxy's answer for a sandbox that is gone. */
    static Answer sandboxNotFound() {
        return json(502, "{\"sandboxId\":\"{id}\",\"message\":\"The sandbox was not found\",\"code\":502}");
    }

    /** The proxy's answer when the daemon in the sandbox does not listen. */
    static Answer portNotOpen() {
        return portNotOpen(49983);
    }

    static Answer portNotOpen(int port) {
        return json(
                502,
                "{\"sandboxId\":\"{id}\",\"message\":\"The sandbox is running but port is not open\",\"port\":%d,\"code\":502}"
                        .formatted(port));
    }

    static Answer tooManyConnections(int limit) {
        return json(
                429,
                "{\"sandboxId\":\"{id}\",\"message\":\"Too many concurrent incoming connections\",\"connectionLimit\":%d,\"code\":429}"
                        .formatted(limit));
    }

    /** 204 although nothing was done. */
    static Answer lie() {
        return new Answer(204, Map.of(), "", false);
    }

    private static Answer json(int status, String body) {
        return answer(status, "application/json", body);
    }
}
