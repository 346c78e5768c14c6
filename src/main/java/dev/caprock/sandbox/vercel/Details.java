package dev.caprock.sandbox.vercel;

import dev.caprock.sandbox.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A sandbox as a create and a look describe it.
 *
 * @param session the id of its only boot
 * @param status of that boot
 * @param startedAt by Vercel's clock; null when not told
 * @param endsAt when its time is over; null when not told
 */
record Details(
        String name,
        String session,
        String status,
        @Nullable Instant startedAt,
        @Nullable Instant endsAt) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Set<String> ENDED = Set.of("stopped", "failed", "aborted");

    /** Empty when the answer names no sandbox. */
    static Optional<Details> read(JsonNode answer) {
        JsonNode sandbox = answer.path("sandbox");
        JsonNode session = answer.path("session");
        String name = sandbox.path("name").asString("");
        String id = session.path("id").asString(sandbox.path("currentSessionId").asString(""));
        if (!isId(name) || !isId(id)) {
            return Optional.empty();
        }
        var started = instant(session.path("startedAt"));
        String status = session.path("status").asString(sandbox.path("status").asString(""));
        return Optional.of(new Details(name, id, status, started, end(sandbox, session, started)));
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    static boolean hasEnded(String status) {
        return ENDED.contains(status);
    }

    boolean hasEnded() {
        return hasEnded(status);
    }

    Sandbox sandbox() {
        return new Sandbox(name, session);
    }

    /** The session's time-out grows with each extension; the sandbox's own does not. */
    private static @Nullable Instant end(JsonNode sandbox, JsonNode session, @Nullable Instant started) {
        var told = instant(sandbox.path("expiresAt"));
        JsonNode timeout = session.path("timeout");
        return told != null || started == null || !timeout.isNumber()
                ? told
                : started.plus(Duration.ofMillis(timeout.asLong()));
    }

    private static @Nullable Instant instant(JsonNode milliseconds) {
        return milliseconds.isNumber() ? Instant.ofEpochMilli(milliseconds.asLong()) : null;
    }
}
