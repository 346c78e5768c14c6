package dev.caprock.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes a ticket out of a request's query before anybody can log it, and keeps it beside. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class TicketRemoval extends OncePerRequestFilter {

    private static final String PARAMETER = "ticket=";
    private static final String TAKEN = TicketRemoval.class.getName();

    /** The ticket that came with a request. */
    static Optional<String> taken(HttpServletRequest request) {
        return Optional.ofNullable((String) request.getAttribute(TAKEN));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String query = request.getQueryString();
        if (query == null || !query.contains(PARAMETER)) {
            chain.doFilter(request, response);
            return;
        }
        Arrays.stream(query.split("&"))
                .filter(part -> part.startsWith(PARAMETER))
                .findFirst()
                .ifPresent(part -> request.setAttribute(TAKEN, part.substring(PARAMETER.length())));
        chain.doFilter(new Without(request, rest(query)), response);
    }

    private static @Nullable String rest(String query) {
        String rest = Arrays.stream(query.split("&"))
                .filter(part -> !part.startsWith(PARAMETER))
                .collect(Collectors.joining("&"));
        return rest.isEmpty() ? null : rest;
    }

    /** On its way to the error page a request is as it came. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    private static final class Without extends HttpServletRequestWrapper {

        private final @Nullable String rest;

        Without(HttpServletRequest request, @Nullable String rest) {
            super(request);
            this.rest = rest;
        }

        @Override
        public @Nullable String getQueryString() {
            return rest;
        }
    }
}
