package dev.caprock.problem;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** A problem as the answer to a request. */
public final class ProblemAnswer {

    private ProblemAnswer() {}

    public static ResponseEntity<Object> of(Problem problem, HttpServletRequest request) {
        return of(problem, HttpHeaders.EMPTY, request);
    }

    static ResponseEntity<Object> of(Problem problem, HttpHeaders headers, HttpServletRequest request) {
        var all = new HttpHeaders();
        all.putAll(headers);
        all.putAll(problem.headers());
        all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return new ResponseEntity<>(ProblemBody.of(problem, request, RequestTrace.of(request)), all, problem.status());
    }
}
