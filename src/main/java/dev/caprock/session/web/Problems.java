package dev.caprock.session.web;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.IllegalMove;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Answers every error as {@code application/problem+json} (RFC 9457), the framework's own included. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ResponseEntity<Object> refused(Problem problem, WebRequest request) {
        return answer(problem, new HttpHeaders(), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> illegal(IllegalMove move, WebRequest request) {
        var problem = new Problem(
                HttpStatus.CONFLICT,
                "illegal_transition",
                "The session is %s.".formatted(move.from().text()),
                "Start another session.",
                List.of());
        return answer(problem, new HttpHeaders(), request);
    }

    /** The answer to a request rests on a remote, and that did not answer well. */
    @ExceptionHandler
    ResponseEntity<Object> remote(RemoteFailure failure, WebRequest request) {
        log.warn("a request could not be answered: {}", failure.getMessage());
        var headers = new HttpHeaders();
        Problem problem = RemoteProblem.of(failure);
        if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE) {
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(RemoteProblem.retryAfter(failure)));
        }
        return answer(problem, headers, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception failure, WebRequest request) {
        log.error("a request failed unexpectedly", failure);
        var problem = new Problem(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "Something went wrong on our side.",
                "Try again; if it stays so, tell the operator the traceId.",
                List.of());
        return answer(problem, new HttpHeaders(), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem = switch (failure.getCause()) {
            case UnrecognizedPropertyException unknown ->
                Problem.invalid(pointer(unknown), "There is no field \"%s\".".formatted(unknown.getPropertyName()));
            case StreamReadException syntax ->
                Problem.invalid("", "The body is not valid JSON: " + syntax.getOriginalMessage());
            case JacksonException mismatch ->
                Problem.invalid(pointer(mismatch), "This is not of the type that the field has.");
            case null, default -> Problem.invalid("", "The request needs a JSON body.");
        };
        return answer(problem, headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String pointer = Mistakes.child("", Objects.requireNonNullElse(failure.getPropertyName(), ""));
        return answer(Problem.invalid(pointer, "This is not of the type that the parameter has."), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception failure, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus known = HttpStatus.valueOf(status.value());
        String detail = body instanceof ProblemDetail said && said.getDetail() != null
                ? said.getDetail()
                : known.getReasonPhrase();
        return answer(Problem.of(known, detail), headers, request);
    }

    private static ResponseEntity<Object> answer(Problem problem, HttpHeaders headers, WebRequest request) {
        HttpServletRequest asked = ((ServletWebRequest) request).getRequest();
        var all = new HttpHeaders();
        all.putAll(headers);
        all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        return new ResponseEntity<>(ProblemBody.of(problem, asked, RequestTrace.of(asked)), all, problem.status());
    }

    private static String pointer(JacksonException failure) {
        String pointer = "";
        for (JacksonException.Reference step : failure.getPath()) {
            String name = step.getPropertyName();
            pointer = Mistakes.child(pointer, name == null ? Integer.toString(step.getIndex()) : name);
        }
        return pointer;
    }
}
