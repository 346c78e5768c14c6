package dev.caprock.session.web;

import dev.caprock.access.Callers;
import dev.caprock.access.EventTickets;
import dev.caprock.access.RequestActors;
import dev.caprock.id.PublicId;
import dev.caprock.problem.Problem;
import dev.caprock.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tickets for a session's events, for web pages. */
@RestController
class TicketController {

    private final Sessions sessions;
    private final EventTickets tickets;
    private final Callers callers;
    private final RequestActors actors;

    TicketController(Sessions sessions, EventTickets tickets, Callers callers, RequestActors actors) {
        this.sessions = sessions;
        this.tickets = tickets;
        this.callers = callers;
        this.actors = actors;
    }

    /**
     * A ticket, told once.
     *
     * @param url what to give an EventSource, below the service's address
     */
    record TicketBody(String ticket, Instant expiresAt, String url) {

        @Override
        public String toString() {
            return "TicketBody[ticket=***, expiresAt=%s]".formatted(expiresAt);
        }
    }

    @PostMapping("/v1/sessions/{id}/events/ticket")
    @ResponseStatus(HttpStatus.CREATED)
    TicketBody make(@PathVariable String id, HttpServletRequest request) {
        UUID session = sessions.find(callers.current().tenant(), SessionController.id(id))
                .orElseThrow(() -> Problem.notFound("session"))
                .id();
        EventTickets.Ticket ticket = tickets.make(session, actors.of(request));
        String url = "/v1/sessions/%s/events?ticket=%s".formatted(PublicId.SESSION.text(session), ticket.text());
        return new TicketBody(ticket.text(), ticket.expiresAt(), url);
    }
}
