package dev.caprock.apidocs;

import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpMethod;

/**
 * One operation, with what its controller does not say.
 *
 * @param id the name that generated clients give it
 * @param success what it answers when all is well
 * @param headers of that answer, beside those that every answer has
 * @param repeatable whether it may carry an {@code Idempotency-Key}
 * @param streams media types that it answers with beside or instead of JSON
 * @param errors those that not every operation has
 */
record Operation(
        HttpMethod method,
        String path,
        String id,
        Tag tag,
        String summary,
        int success,
        List<String> headers,
        boolean repeatable,
        List<String> streams,
        List<ErrorCode> errors) {

    /** The parts of the API. */
    enum Tag {
        SESSIONS("Sessions", "Agents at work on repos: start, follow, change and close them."),
        RUNS("Runs", "The agent's invocations in a session, and what they print."),
        EVENTS("Events", "What happens to a session, as pages or as a stream that resumes."),
        WEBHOOKS("Webhooks", "Tell other software of events."),
        AUDIT("Audit", "Who did what, provably."),
        SERVICE("Service", "What there is, what you may have, what is owed outside."),
        API_KEYS("API keys", "The credentials of your tenant.");

        private final String text;
        private final String description;

        Tag(String text, String description) {
            this.text = text;
            this.description = description;
        }

        String text() {
            return text;
        }

        String description() {
            return description;
        }
    }

    static Operation of(HttpMethod method, String path, String id, Tag tag, String summary) {
        return new Operation(method, path, id, tag, summary, 200, List.of(), false, List.of(), List.of());
    }

    Operation answers(int status, String... headers) {
        return new Operation(method, path, id, tag, summary, status, List.of(headers), repeatable, streams, errors);
    }

    Operation onceOnly() {
        var more = new ArrayList<>(errors);
        more.addAll(List.of(ErrorCode.REQUEST_UNDER_WAY, ErrorCode.IDEMPOTENCY_KEY_REUSED));
        return new Operation(method, path, id, tag, summary, success, headers, true, streams, List.copyOf(more));
    }

    Operation streams(String... mediaTypes) {
        return new Operation(method, path, id, tag, summary, success, headers, repeatable, List.of(mediaTypes), errors);
    }

    Operation refuses(ErrorCode... codes) {
        var more = new ArrayList<>(errors);
        more.addAll(List.of(codes));
        return new Operation(method, path, id, tag, summary, success, headers, repeatable, streams, List.copyOf(more));
    }
}
