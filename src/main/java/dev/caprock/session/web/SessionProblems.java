package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.problem.ProblemAnswer;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.IllegalMove;
import dev.caprock.session.QueueFull;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What sessions, and the remotes that answers about them rest on, say no to. */
@RestControllerAdvice
@Order(0)
class SessionProblems {

    private static final Logger log = LoggerFactory.getLogger(SessionProblems.class);

    /** What was read before is not kept any more; the session itself is. */
    static Problem forgotten(String session) {
        return new Problem(
                        HttpStatus.GONE,
                        "events_forgotten",
                        "These events are older than what is kept.",
                        "Get the session itself: it tells how everything ended.")
                .with(HttpHeaders.LINK, "</v1/sessions/%s>; rel=\"up\"".formatted(session));
    }
    /** Nobody knows when a queue has room again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    @ExceptionHandler
    ResponseEntity<Object> illegal(IllegalMove move, HttpServletRequest request) {
        var problem = new Problem(
                        HttpStatus.CONFLICT,
                        "illegal_transition",
                        "The session is %s.".formatted(move.from().text()),
                        "Start another session, or do what allowedActions names.")
                .saying("sessionStatus", move.from().text())
                .saying("allowedActions", SessionBody.allowedActions(move.from()));
        return ProblemAnswer.of(problem, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> full(QueueFull full, HttpServletRequest request) {
        var problem = new Problem(
                HttpStatus.TOO_MANY_REQUESTS,
                "queue_full",
                "Your tenant may have %d queued sessions, and has them.".formatted(full.most()),
                "Try again once some of them have begun, or cancel some.");
        return ProblemAnswer.of(problem.retryAfter(RETRY), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> remote(RemoteFailure failure, HttpServletRequest request) {
        log.warn("a request could not be answered: {}", failure.getMessage());
        return ProblemAnswer.of(RemoteProblem.of(failure), request);
    }
}
