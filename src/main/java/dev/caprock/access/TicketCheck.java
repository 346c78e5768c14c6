package dev.caprock.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher.MatchResult;
import org.springframework.web.filter.OncePerRequestFilter;

/** Recognises callers by a ticket, where one is taken: it opens a session's events, and stands in for no bearer that was sent. */
final class TicketCheck extends OncePerRequestFilter {

    private static final PathPatternRequestMatcher EVENTS =
            PathPatternRequestMatcher.pathPattern(HttpMethod.GET, "/v1/sessions/{id}/events");

    private final EventTickets tickets;
    private final Refusals refusals;

    TicketCheck(EventTickets tickets, Refusals refusals) {
        this.tickets = tickets;
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        MatchResult asked = EVENTS.matcher(request);
        Optional<String> ticket = TicketRemoval.taken(request);
        if (ticket.isPresent() && asked.isMatch() && request.getHeader(HttpHeaders.AUTHORIZATION) == null) {
            try {
                recognise(ticket.get(), asked.getVariables().getOrDefault("id", ""));
            } catch (Refused refused) {
                refusals.commence(request, response, refused);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private void recognise(String ticket, String session) {
        var context = SecurityContextHolder.createEmptyContext();
        try {
            context.setAuthentication(new CallerAuthentication(tickets.caller(ticket, session), false));
        } catch (DataAccessException failure) {
            throw Refused.unavailable("the database does not answer");
        }
        SecurityContextHolder.setContext(context);
    }
}
