package dev.caprock.problem;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.HttpStatus;

/** An error as callers see it (RFC 9457), whoever in the service found it. */
public record ProblemBody(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        String traceId,
        boolean retryable,
        String remedy,
        List<Problem.Mistake> errors,
        @JsonAnyGetter Map<String, Object> extensions) {

    static ProblemBody of(Problem problem, HttpServletRequest request, String traceId) {
        HttpStatus status = problem.status();
        return new ProblemBody(
                "https://caprock.dev/problems/" + problem.code(),
                status.getReasonPhrase(),
                status.value(),
                problem.detail(),
                path(request),
                problem.code(),
                traceId,
                problem.isRetryable(),
                problem.remedy(),
                problem.mistakes(),
                problem.extensions());
    }

    /** What was asked for, also where the container has sent the request on to its error page. */
    private static String path(HttpServletRequest request) {
        Object original = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return Objects.toString(original == null ? request.getRequestURI() : original, "");
    }
}
