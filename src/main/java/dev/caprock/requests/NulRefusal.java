package dev.caprock.requests;

import dev.caprock.problem.Problem;
import dev.caprock.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses a NUL in a query, which no text of ours may hold, and at which the database fails. In a path the gate refuses it. */
@Component
class NulRefusal extends OncePerRequestFilter {

    private final ProblemWriter writer;

    NulRefusal(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String query = request.getQueryString();
        if (query != null && query.contains("%00")) {
            writer.write(Problem.invalid("", "A parameter must not hold a NUL character."), request, response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
