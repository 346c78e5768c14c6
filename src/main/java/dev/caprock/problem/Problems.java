package dev.caprock.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
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

    /** The container reads parameters when somebody first asks for one, which is here. */
    @ExceptionHandler
    ResponseEntity<Object> unreadable(InvalidParameterException failure, WebRequest request) {
        return answer(
                Problem.of(HttpStatus.BAD_REQUEST, "The parameters are too many, or cannot be read."),
                new HttpHeaders(),
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception failure, WebRequest request) throws Exception {
        HttpServletResponse answer = ((ServletWebRequest) request).getResponse();
        if (answer != null && answer.isCommitted()) {
            throw failure; // too late for a problem: the container cuts the answer off, so that it is not taken for
            // whole
        }
        log.error("a request failed unexpectedly", failure);
        var problem = new Problem(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal_error",
                "Something went wrong on our side.",
                "Try again; if it stays so, tell the operator the traceId.");
        return answer(problem, new HttpHeaders(), request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem = switch (failure.getCause()) {
            case JacksonException _ when failure.getMostSpecificCause() instanceof Problem refused -> refused;
            case JacksonException _
            when failure.getMostSpecificCause() instanceof StreamConstraintsException ->
                Problem.invalid("", "The body is nested too deep, or a name or a number in it is too long.");
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
        return ProblemAnswer.of(problem, headers, ((ServletWebRequest) request).getRequest());
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
