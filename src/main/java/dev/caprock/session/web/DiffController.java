package dev.caprock.session.web;

import dev.caprock.access.Callers;
import dev.caprock.problem.Problem;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a session changed: as JSON, or as one unified patch for those who accept plain text. */
@RestController
@RequestMapping("/v1/sessions/{id}/diff")
class DiffController {

    private static final String PATCH = MediaType.TEXT_PLAIN_VALUE + ";charset=UTF-8";

    private final Sessions sessions;
    private final SessionDiffs diffs;
    private final Callers callers;

    DiffController(Sessions sessions, SessionDiffs diffs, Callers callers) {
        this.sessions = sessions;
        this.diffs = diffs;
        this.callers = callers;
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    DiffBody json(@PathVariable String id, @RequestParam @Nullable String repo) {
        return DiffBody.of(diffs.of(session(id), repo));
    }

    @GetMapping(produces = PATCH)
    String patch(@PathVariable String id, @RequestParam @Nullable String repo) {
        return diffs.of(session(id), repo).text();
    }

    private Session session(String id) {
        return sessions.find(callers.current().tenant(), SessionController.id(id))
                .orElseThrow(() -> Problem.notFound("session"));
    }
}
