package dev.caprock.requests;

import dev.caprock.problem.Problem;
import dev.caprock.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads no more of a body than it may have, whether or not its length was told. Stands behind whatever asks who is calling. */
@Component
class BodyLimit extends OncePerRequestFilter {

    private final long most;
    private final ProblemWriter writer;

    BodyLimit(RequestSettings settings, ProblemWriter writer) {
        this.most = settings.maximumBody().toBytes();
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > most) {
            writer.write(tooLarge(most), request, response);
        } else {
            chain.doFilter(new LimitedRequest(request, most), response);
        }
    }

    static Problem tooLarge(long most) {
        return new Problem(
                HttpStatus.CONTENT_TOO_LARGE,
                "content_too_large",
                "The body is larger than %s.".formatted(DataSize.ofBytes(most)),
                "Send less, or have the operator set caprock.requests.maximum-body.");
    }
}
