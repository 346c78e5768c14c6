package dev.caprock.session.web;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A request that is answered with an error. */
class Problem extends RuntimeException {

    /**
     * One thing that is wrong with a request body.
     *
     * @param pointer a JSON pointer to the field (RFC 6901)
     */
    record Mistake(String pointer, String message) {}

    private final HttpStatus status;
    private final String code;
    private final String remedy;
    private final List<Mistake> mistakes;

    Problem(HttpStatus status, String code, String message, String remedy, List<Mistake> mistakes) {
        super(message);
        this.status = status;
        this.code = code;
        this.remedy = remedy;
        this.mistakes = List.copyOf(mistakes);
    }

    /** An error that has no code of its own. */
    static Problem of(HttpStatus status, String message) {
        String code = status.getReasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
        return new Problem(status, code, message, "See the API documentation.", List.of());
    }

    static Problem notFound() {
        return new Problem(
                HttpStatus.NOT_FOUND,
                "not_found",
                "There is no such session.",
                "Check the id; list your sessions.",
                List.of());
    }

    static Problem invalid(List<Mistake> mistakes) {
        return new Problem(
                HttpStatus.BAD_REQUEST,
                "invalid_request",
                "The request has %d mistake%s.".formatted(mistakes.size(), mistakes.size() == 1 ? "" : "s"),
                "Correct the fields that are named in errors.",
                mistakes);
    }

    static Problem invalid(String pointer, String message) {
        return invalid(List.of(new Mistake(pointer, message)));
    }

    /** The session is not what the caller thinks. */
    static Problem outdated(String tag) {
        return new Problem(
                HttpStatus.PRECONDITION_FAILED,
                "precondition_failed",
                "The session has changed: its ETag is %s now.".formatted(tag),
                "Get the session again, and repeat the change if it still fits.",
                List.of());
    }

    /** Understood, but it cannot be done. */
    static Problem impossible(String code, List<Mistake> mistakes) {
        return new Problem(
                HttpStatus.UNPROCESSABLE_CONTENT,
                code,
                mistakes.getFirst().message(),
                "Change the fields that are named in errors.",
                mistakes);
    }

    HttpStatus status() {
        return status;
    }

    String code() {
        return code;
    }

    String remedy() {
        return remedy;
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    String detail() {
        @Nullable String message = getMessage();
        return message == null ? "" : message;
    }
}
