package dev.caprock.simulator.vercel;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** What goes wrong when a fault strikes. */
public sealed interface Effect {

    /**
     * An answer of the fault's own.
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

    /** All is done at once, but the answer waits for the latch. */
    record AnswerLate(CountDownLatch latch) implements Effect {}

    /**
     * The answer comes before the work is over: create answers {@code pending}, stop {@code stopping}, and a snapshot stays
     * {@code snapshotting} until the latch opens.
     */
    record Linger(CountDownLatch latch) implements Effect {}

    /** Stop and delete answer that it is done although nothing was. */
    record Lie() implements Effect {}

    /**
     * A stream ends badly.
     *
     * @param after how much is delivered before: bytes for {@link BadEnd#RESET}, else lines
     */
    record Stream(BadEnd end, long after) implements Effect {}

    /** A stream is cut off after so long, whatever it was about to say. */
    record Cut(Duration after) implements Effect {}

    /** How a stream may end badly. */
    enum BadEnd {
        /** The connection closes in the middle of a chunk. */
        RESET,
        /** The body ends properly, but too early. */
        EOF,
        /** A last record with the code {@code sandbox_stream_closed}, although the session lives on. */
        ERROR_RECORD,
        /** Nothing comes any more until the faults are cleared; then the connection closes. */
        STALL
    }

    static Answer answer(int status, String contentType, String body) {
        return new Answer(status, Map.of("Content-Type", contentType), body, false);
    }

    static Answer error(int status, String code, String message) {
        return answer(
                status,
                "application/json; charset=utf-8",
                "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}".formatted(code, message));
    }

    /** The edge's own words, not JSON. */
    static Answer badGateway() {
        return answer(502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
    }

    static Answer rateLimited() {
        return error(429, Refused.TOO_MANY, "Too many requests");
    }

    static Answer rateLimited(int seconds) {
        var limited = rateLimited();
        var headers =
                Map.of("Content-Type", "application/json; charset=utf-8", "Retry-After", Integer.toString(seconds));
        return new Answer(429, headers, limited.body(), false);
    }

    static Answer concurrencyLimited() {
        return error(429, Refused.TOO_MANY, Refused.CONCURRENCY);
    }

    /** As if the session had ended, although it has not. */
    static Answer sandboxStopped() {
        return error(410, "sandbox_stopped", Refused.STOPPED);
    }

    static Answer notFound() {
        return error(404, "not_found", "Command not found.");
    }
}
