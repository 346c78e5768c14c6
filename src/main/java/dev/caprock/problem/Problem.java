package dev.caprock.problem;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;

/** A request that is answered with an error. Every error has a code, and says what to do. */
public class Problem extends RuntimeException {

    /**
     * One thing that is wrong with a request body.
     *
     * @param pointer a JSON pointer to the field (RFC 6901)
     */
    public record Mistake(String pointer, String message) {}

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final HttpStatus status;
    private final String code;
    private final String remedy;
    private final List<Mistake> mistakes;
    private final HttpHeaders headers = new HttpHeaders();
    private final Map<String, Object> extensions = new LinkedHashMap<>();

    public Problem(HttpStatus status, String code, String message, String remedy) {
        this(status, code, message, remedy, List.of());
    }

    public Problem(HttpStatus status, String code, String message, String remedy, List<Mistake> mistakes) {
        super(message);
        this.status = status;
        this.code = code;
        this.remedy = remedy;
        this.mistakes = List.copyOf(mistakes);
    }

    /** An error that has no code of its own. */
    public static Problem of(HttpStatusCode status, String message) {
        HttpStatus known = HttpStatus.valueOf(status.value());
        String code = known.getReasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
        var problem = new Problem(known, code, message, "See the API documentation.");
        return known == HttpStatus.SERVICE_UNAVAILABLE ? problem.retryAfter(PAUSE) : problem;
    }

    /** @param thing what the caller named, one word: session */
    public static Problem notFound(String thing) {
        return new Problem(
                HttpStatus.NOT_FOUND,
                "not_found",
                "There is no such %s.".formatted(thing),
                "Check the id; list what you have.");
    }

    public static Problem invalid(List<Mistake> mistakes) {
        return new Problem(
                HttpStatus.BAD_REQUEST,
                "invalid_request",
                "The request has %d mistake%s.".formatted(mistakes.size(), mistakes.size() == 1 ? "" : "s"),
                "Correct the fields that are named in errors.",
                mistakes);
    }

    public static Problem invalid(String pointer, String message) {
        return invalid(List.of(new Mistake(pointer, message)));
    }

    /** Understood, but it cannot be done. */
    public static Problem impossible(String code, List<Mistake> mistakes) {
        return new Problem(
                HttpStatus.UNPROCESSABLE_CONTENT,
                code,
                mistakes.getFirst().message(),
                "Change the fields that are named in errors.",
                mistakes);
    }

    /** Adds {@code Retry-After}, at least a second. */
    public Problem retryAfter(Duration pause) {
        return with(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, pause.toSeconds())));
    }

    /** Adds a header to the answer. */
    public Problem with(String name, String value) {
        headers.add(name, value);
        return this;
    }

    /** Adds a member to the problem (RFC 9457, section 3.2). */
    public Problem saying(String name, Object value) {
        extensions.put(name, value);
        return this;
    }

    public HttpStatus status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** Whether the same request may succeed later: after {@code Retry-After}, or where something broke on our side. */
    boolean isRetryable() {
        return headers.containsHeader(HttpHeaders.RETRY_AFTER) || status == HttpStatus.INTERNAL_SERVER_ERROR;
    }

    String remedy() {
        return remedy;
    }

    public List<Mistake> mistakes() {
        return mistakes;
    }

    HttpHeaders headers() {
        return headers;
    }

    Map<String, Object> extensions() {
        return extensions;
    }

    String detail() {
        @Nullable String message = getMessage();
        return message == null ? "" : message;
    }
}
