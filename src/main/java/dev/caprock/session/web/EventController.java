package dev.caprock.session.web;

import dev.caprock.access.Callers;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Event;
import dev.caprock.journal.Journal;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A session's events: a page as JSON, or a stream for those who accept one. */
@RestController
@RequestMapping("/v1/sessions/{id}/events")
class EventController {

    private final Sessions sessions;
    private final Journal journal;
    private final EventStream stream;
    private final Callers callers;

    EventController(Sessions sessions, Journal journal, EventStream stream, Callers callers) {
        this.sessions = sessions;
        this.journal = journal;
        this.stream = stream;
        this.callers = callers;
    }

    /**
     * Events in order.
     *
     * @param last the seq of the last one here; ask for what comes after it
     */
    record Page(List<EventBody> events, long last) {}

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    Page page(
            @PathVariable String id,
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "200") int limit) {
        PageSize.check(limit, 1000);
        long from = notNegative(after);
        Session session = session(id);
        requireKept(session, from);
        List<Event> events = journal.read(session.id(), from, limit);
        long last = events.isEmpty() ? from : events.getLast().seq();
        String trace = session.trace().traceId();
        return new Page(events.stream().map(event -> EventBody.of(event, trace)).toList(), last);
    }

    @GetMapping(headers = "Accept=" + MediaType.TEXT_EVENT_STREAM_VALUE)
    void stream(
            @PathVariable String id,
            @RequestParam(defaultValue = "0") long after,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        Session session = session(id);
        long from = lastEventId == null || lastEventId.isEmpty() ? notNegative(after) : seq(lastEventId);
        if (isRead(session, from)) {
            response.setStatus(HttpStatus.NO_CONTENT.value()); // tells an EventSource not to come back
            return;
        }
        requireKept(session, from);
        try {
            stream.write(session, from, response);
        } catch (IOException gone) {
            response.setHeader(HttpHeaders.CONNECTION, "close"); // the reader went away; nothing is left to tell it
        }
    }

    private void requireKept(Session session, long after) {
        if (journal.isForgotten(session.id(), after)) {
            throw SessionProblems.forgotten(PublicId.SESSION.text(session.id()));
        }
    }

    private boolean isRead(Session session, long after) {
        UUID id = session.id();
        return session.status() == SessionStatus.CLOSED && after >= journal.head(id);
    }

    private Session session(String id) {
        return sessions.find(callers.current().tenant(), SessionController.id(id))
                .orElseThrow(() -> Problem.notFound("session"));
    }

    private static long notNegative(long after) {
        if (after < 0) {
            throw Problem.invalid("/after", "Must not be negative.");
        }
        return after;
    }

    private static long seq(String lastEventId) {
        if (!lastEventId.matches("\\d{1,18}")) {
            throw Problem.invalid("/Last-Event-ID", "Must be the id of an event.");
        }
        return Long.parseLong(lastEventId);
    }
}
