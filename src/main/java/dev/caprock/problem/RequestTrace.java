package dev.caprock.problem;

import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives each request a trace id: the caller's own, if it sends a W3C {@code traceparent}, else a fresh one. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public class RequestTrace extends OncePerRequestFilter {

    private static final String NAME = "traceId";
    private static final Pattern PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private final Ids ids;

    RequestTrace(Ids ids) {
        this.ids = ids;
    }

    public static String of(HttpServletRequest request) {
        return Objects.toString(request.getAttribute(NAME), "");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String trace = trace(request);
        request.setAttribute(NAME, trace);
        response.setHeader("X-Request-Id", trace);
        try (var ignored = MDC.putCloseable(NAME, trace)) {
            chain.doFilter(request, response);
        }
    }

    /** What the container refuses comes here only on its way to the error page. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    private String trace(HttpServletRequest request) {
        String known = of(request);
        if (!known.isEmpty()) {
            return known;
        }
        Matcher parent = PARENT.matcher(Objects.toString(request.getHeader("traceparent"), ""));
        return parent.matches() ? parent.group(1) : PublicId.digits(ids.next());
    }
}
