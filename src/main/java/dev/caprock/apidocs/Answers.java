package dev.caprock.apidocs;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** What an operation answers, errors included. */
final class Answers {

    private static final String PROBLEM_JSON = "application/problem+json";

    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("X-Request-Id", "Names this request to the operator."),
            Map.entry("RateLimit", "How many requests may still come, and when there are more."),
            Map.entry("RateLimit-Policy", "How many requests may come at once, and within which time."),
            Map.entry("Retry-After", "Seconds to wait before asking again."),
            Map.entry("WWW-Authenticate", "Which credential is wanted (RFC 6750)."),
            Map.entry("Location", "Where the thing is that was made."),
            Map.entry("ETag", "For If-Match."),
            Map.entry("Preference-Applied", "How long the answer was held back at most."),
            Map.entry("Idempotent-Replay", "`true` when an earlier request with this key had the effect."),
            Map.entry("Link", "Where to look instead."));

    private static final List<ErrorCode> ALWAYS = List.of(
            ErrorCode.INVALID_REQUEST,
            ErrorCode.BAD_REQUEST,
            ErrorCode.ORIGIN_NOT_ALLOWED,
            ErrorCode.NOT_ACCEPTABLE,
            ErrorCode.RATE_LIMITED,
            ErrorCode.INTERNAL_ERROR);

    private static final List<ErrorCode> CLOSED = List.of(
            ErrorCode.UNAUTHENTICATED,
            ErrorCode.INVALID_CREDENTIAL,
            ErrorCode.SCOPE_MISSING,
            ErrorCode.CLAIM_MISSING,
            ErrorCode.CREDENTIAL_CHECK_UNAVAILABLE);

    private static final List<ErrorCode> BODY = List.of(ErrorCode.CONTENT_TOO_LARGE, ErrorCode.UNSUPPORTED_MEDIA_TYPE);

    private Answers() {}

    static ApiResponses of(Operation operation, @Nullable Content found, boolean isClosed, boolean hasBody) {
        var answers = new ApiResponses();
        answers.addApiResponse(Integer.toString(operation.success()), success(operation, found));
        if (operation.streams().contains("text/event-stream")) {
            answers.addApiResponse(
                    "204", new ApiResponse().description("There are no events after that, nor will be."));
        }
        errors(operation, isClosed, hasBody)
                .forEach((status, codes) -> answers.addApiResponse(status.toString(), error(codes)));
        answers.addApiResponse("default", other());
        return answers;
    }

    private static ApiResponse success(Operation operation, @Nullable Content found) {
        var answer = new ApiResponse()
                .description(HttpStatus.valueOf(operation.success()).getReasonPhrase());
        var names = new TreeSet<>(operation.headers());
        names.addAll(List.of("X-Request-Id", "RateLimit", "RateLimit-Policy"));
        names.forEach(name -> answer.addHeaderObject(name, header(name)));
        var content = new Content();
        if (found != null && found.containsKey("application/json")) {
            content.addMediaType("application/json", found.get("application/json"));
        }
        operation.streams().forEach(type -> content.addMediaType(type, new MediaType().schema(Schemas.text())));
        return operation.success() == HttpStatus.NO_CONTENT.value() ? answer : answer.content(content);
    }

    private static Map<Integer, List<ErrorCode>> errors(Operation operation, boolean isClosed, boolean hasBody) {
        var all = new ArrayList<>(ALWAYS);
        if (isClosed) {
            all.addAll(CLOSED);
        }
        if (operation.path().contains("{") || operation.id().equals("listAuditRecords")) {
            all.add(ErrorCode.NOT_FOUND);
        }
        if (hasBody) {
            all.addAll(BODY);
        }
        all.addAll(operation.errors());
        return byStatus(all.stream());
    }

    private static ApiResponse error(List<ErrorCode> codes) {
        HttpStatus status = codes.getFirst().status();
        return codes.equals(common().get(status.value()))
                ? new ApiResponse().$ref("#/components/responses/" + name(status))
                : told(status, codes);
    }

    /** What is refused alike by every operation that takes a credential and a body. */
    private static Map<Integer, List<ErrorCode>> common() {
        return byStatus(
                Stream.of(ALWAYS, CLOSED, List.of(ErrorCode.NOT_FOUND), BODY).flatMap(List::stream));
    }

    private static Map<Integer, List<ErrorCode>> byStatus(Stream<ErrorCode> codes) {
        return codes.collect(Collectors.groupingBy(code -> code.status().value(), TreeMap::new, Collectors.toList()));
    }

    private static String name(HttpStatus status) {
        return status.getReasonPhrase().replace(" ", "");
    }

    private static ApiResponse told(HttpStatus status, List<ErrorCode> codes) {
        var problem = problem();
        codes.forEach(
                code -> problem.addExamples(code.text(), new Example().$ref("#/components/examples/" + code.text())));
        var answer = new ApiResponse()
                .description(status.getReasonPhrase() + ": "
                        + codes.stream().map(ErrorCode::text).collect(Collectors.joining(", ")))
                .content(new Content().addMediaType(PROBLEM_JSON, problem));
        headers(codes).forEach(name -> answer.addHeaderObject(name, header(name)));
        return answer;
    }

    private static List<String> headers(List<ErrorCode> codes) {
        return switch (codes.getFirst().status()) {
            case UNAUTHORIZED, FORBIDDEN -> List.of("WWW-Authenticate", "X-Request-Id");
            case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE -> List.of("Retry-After", "X-Request-Id");
            case CONFLICT ->
                codes.contains(ErrorCode.REQUEST_UNDER_WAY)
                        ? List.of("Retry-After", "X-Request-Id")
                        : List.of("X-Request-Id");
            case GONE -> List.of("Link", "X-Request-Id");
            default -> List.of("X-Request-Id");
        };
    }

    private static ApiResponse other() {
        return new ApiResponse()
                .description("Any other error has this form too")
                .content(new Content().addMediaType(PROBLEM_JSON, problem()));
    }

    private static MediaType problem() {
        return new MediaType().schema(Schemas.reference(Schemas.PROBLEM));
    }

    private static Header header(String name) {
        return new Header().$ref("#/components/headers/" + name);
    }

    /** What all operations share. */
    static void share(Components components) {
        HEADERS.forEach((name, description) -> components.addHeaders(
                name, new Header().description(description).schema(Schemas.text())));
        components.setHeaders(new TreeMap<>(components.getHeaders()));
        for (ErrorCode code : ErrorCode.values()) {
            components.addExamples(code.text(), new Example().value(Examples.of(code)));
        }
        common().values().forEach(codes -> {
            HttpStatus status = codes.getFirst().status();
            components.addResponses(name(status), told(status, codes));
        });
    }
}
