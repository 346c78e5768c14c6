package dev.caprock.problem;

import dev.caprock.id.Ids;
import dev.caprock.trace.LogFields;
import dev.caprock.trace.TraceContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives each request a place in a trace, which is the same for its span, its problem, its log lines and {@code X-Request-Id}. Where
 * a span was begun for it, that is the span's: a child of the caller's own, if it sends a valid {@code traceparent}. A request
 * without a span has the caller's place itself, or a fresh one.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2) // the span is begun before, at + 1
public class RequestTrace extends OncePerRequestFilter {

    static final String HEADER = "X-Request-Id";

    private static final String NAME = "traceId";

    private final Ids ids;

    RequestTrace(Ids ids) {
        this.ids = ids;
    }

    /** The id of the request's trace; empty before the filter. */
    public static String of(HttpServletRequest request) {
        return request.getAttribute(NAME) instanceof TraceContext known ? known.traceId() : "";
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        TraceContext trace = of(request, ids);
        request.setAttribute(NAME, trace);
        response.setHeader(HEADER, trace.traceId());
        if (TraceContext.current().isPresent()) {
            chain.doFilter(request, response);
            return;
        }
        try (var there = trace.enter();
                var named = new LogFields(LogFields.TRACE, trace.traceId())) {
            chain.doFilter(request, response);
        }
    }

    static TraceContext of(HttpServletRequest request, Ids ids) {
        return request.getAttribute(NAME) instanceof TraceContext known
                ? known
                : TraceContext.current()
                        .or(() -> TraceContext.read(request::getHeader))
                        .orElseGet(() -> TraceContext.unrecorded(ids.next()));
    }

    /** What the container refuses comes here only on its way to the error page. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }
}
