package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Event;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as callers see it; {@code runId} is null, but there, when it is about no run.
 *
 * @param traceId of the session's trace, whoever caused the event
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record EventBody(
        long seq,
        String type,
        Instant at,
        String sessionId,
        @Nullable String runId,
        String traceId,
        Map<String, Object> data) {

    static EventBody of(Event event, String traceId) {
        return new EventBody(
                event.seq(),
                event.type(),
                event.at(),
                PublicId.SESSION.text(event.session()),
                event.run() == null ? null : PublicId.RUN.text(event.run()),
                traceId,
                event.data());
    }

    /** Whether nothing comes after it. */
    static boolean isLast(Event event) {
        return event.type().equals("session.status")
                && "closed".equals(event.data().get("status"));
    }
}
