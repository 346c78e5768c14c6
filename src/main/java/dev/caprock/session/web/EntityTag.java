package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.session.Session;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * The tag of a session's own state: status, labels, end, outcome. It does not tell of what runs and resources count, so that no
 * answer of 304 may rest on it.
 */
final class EntityTag {

    private EntityTag() {}

    static String of(Session session) {
        return "\"%d\"".formatted(session.version());
    }

    /** An answer that carries the tag. Set as a plain header: a tag of its own would have Spring answer 304. */
    static void on(HttpServletResponse response, Session session) {
        response.setHeader(HttpHeaders.ETAG, of(session));
    }

    /** The session is not what the caller thinks. */
    static Problem outdated(Session session) {
        return new Problem(
                HttpStatus.PRECONDITION_FAILED,
                "precondition_failed",
                "The session has changed: its ETag is %s now.".formatted(of(session)),
                "Get the session again, and repeat the change if it still fits.");
    }

    /**
     * Whether a session of this version is the one that the caller means.
     *
     * @param ifMatch the request's header; null means any
     */
    static boolean isMeant(@Nullable String ifMatch, long version) {
        return ifMatch == null
                || ETag.parse(ifMatch).stream()
                        .anyMatch(tag ->
                                tag.isWildcard() || (!tag.weak() && tag.tag().equals(Long.toString(version))));
    }
}
