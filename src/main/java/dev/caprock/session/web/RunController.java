package dev.caprock.session.web;

import dev.caprock.access.Callers;
import dev.caprock.access.RequestActors;
import dev.caprock.id.PublicId;
import dev.caprock.idempotency.Idempotency;
import dev.caprock.idempotency.Once;
import dev.caprock.journal.Outputs;
import dev.caprock.problem.Problem;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The runs of a session over REST. */
@RestController
@RequestMapping("/v1/sessions/{id}/runs")
class RunController {

    private final Sessions sessions;
    private final Idempotency idempotency;
    private final Outputs outputs;
    private final Callers callers;
    private final RequestActors actors;

    RunController(Sessions sessions, Idempotency idempotency, Outputs outputs, Callers callers, RequestActors actors) {
        this.sessions = sessions;
        this.idempotency = idempotency;
        this.outputs = outputs;
        this.callers = callers;
        this.actors = actors;
    }

    /** A further prompt for the session's agent, in the same workspace. */
    record CreateRun(@Nullable String prompt) {}

    /** The runs of a session, by number. */
    record RunList(List<RunBody> runs) {}

    @PostMapping
    ResponseEntity<RunBody> create(@PathVariable String id, @RequestBody CreateRun body, HttpServletRequest request) {
        Once<Run> once = idempotency.once(
                request,
                tenant(),
                body,
                () -> RequestFields.prompt(body.prompt()),
                prompt -> queue(id, prompt, request),
                Run::id);
        URI location = URI.create("/v1/sessions/%s/runs/%s".formatted(id, PublicId.RUN.text(once.resource())));
        return once.mark(ResponseEntity.accepted()).location(location).body(body(id, run(id, once.resource())));
    }

    private Run queue(String id, String prompt, HttpServletRequest request) {
        return sessions.queueRun(tenant(), SessionController.id(id), prompt, actors.of(request))
                .orElseThrow(() -> Problem.notFound("session"));
    }

    @GetMapping
    RunList list(@PathVariable String id) {
        return new RunList(session(id).runs().stream().map(run -> body(id, run)).toList());
    }

    @GetMapping("/{run}")
    RunBody get(@PathVariable String id, @PathVariable String run) {
        return body(id, run(id, runId(run)));
    }

    private Run run(String session, UUID id) {
        return session(session).runs().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("run"));
    }

    @PostMapping("/{run}/cancel")
    ResponseEntity<RunBody> cancel(@PathVariable String id, @PathVariable String run, HttpServletRequest request) {
        Once<Run> once = idempotency.once(request, tenant(), () -> cancelled(id, run, request), Run::id);
        return once.mark(ResponseEntity.accepted()).body(body(id, run(id, once.resource())));
    }

    private Run cancelled(String id, String run, HttpServletRequest request) {
        return sessions.cancelRun(tenant(), SessionController.id(id), runId(run), actors.of(request))
                .orElseThrow(() -> Problem.notFound("session"));
    }

    private Session session(String id) {
        return sessions.find(tenant(), SessionController.id(id)).orElseThrow(() -> Problem.notFound("session"));
    }

    private RunBody body(String session, Run run) {
        return RunBody.of(SessionController.id(session), run, outputs.position(run.id()));
    }

    private String tenant() {
        return callers.current().tenant();
    }

    private static UUID runId(String text) {
        return PublicId.RUN.parse(text).orElseThrow(() -> Problem.notFound("run"));
    }
}
