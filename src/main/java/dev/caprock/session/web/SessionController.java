package dev.caprock.session.web;

import dev.caprock.access.Caller;
import dev.caprock.access.Callers;
import dev.caprock.access.RequestActors;
import dev.caprock.id.PublicId;
import dev.caprock.idempotency.Idempotency;
import dev.caprock.idempotency.Once;
import dev.caprock.journal.Outputs;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import dev.caprock.problem.Text;
import dev.caprock.session.Amended;
import dev.caprock.session.Amendment;
import dev.caprock.session.Session;
import dev.caprock.session.SessionFilter;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Sessions over REST. */
@RestController
@RequestMapping("/v1/sessions")
class SessionController {

    private final Sessions sessions;
    private final Idempotency idempotency;
    private final Arrivals arrivals;
    private final SessionQueue queue;
    private final RequestCheck check;
    private final Outputs outputs;
    private final Callers callers;
    private final RequestActors actors;
    private final Clock clock;

    SessionController(
            Sessions sessions,
            Idempotency idempotency,
            Arrivals arrivals,
            SessionQueue queue,
            RequestCheck check,
            Outputs outputs,
            Callers callers,
            RequestActors actors,
            Clock clock) {
        this.sessions = sessions;
        this.idempotency = idempotency;
        this.arrivals = arrivals;
        this.queue = queue;
        this.check = check;
        this.outputs = outputs;
        this.callers = callers;
        this.actors = actors;
        this.clock = clock;
    }

    /** A page of sessions; {@code nextCursor} is null on the last. */
    record Page(List<SessionBody> sessions, @Nullable String nextCursor) {}

    @PostMapping
    ResponseEntity<SessionBody> create(
            @RequestBody CreateSession body,
            @RequestHeader(name = Preference.HEADER, required = false) @Nullable String preferred,
            HttpServletRequest request)
            throws InterruptedException {
        Preference preference = Preference.read(preferred);
        Caller caller = callers.current();
        Once<Session> once = idempotency.once(
                request,
                caller.tenant(),
                body,
                () -> check.check(body, caller),
                checked -> accept(checked, request),
                Session::id);
        Session session = arrivals.await(caller.tenant(), once.resource(), preference.patience());
        return preference
                .applied(once.mark(ResponseEntity.accepted()))
                .location(URI.create("/v1/sessions/" + PublicId.SESSION.text(session.id())))
                .body(full(session));
    }

    private Session accept(RequestCheck.Checked checked, HttpServletRequest request) {
        return sessions.accept(checked.session(), checked.prompt(), checked.secrets(), actors.of(request));
    }

    @GetMapping
    Page list(
            @RequestParam @Nullable String status,
            @RequestParam @Nullable String label,
            @RequestParam @Nullable String provider,
            @RequestParam @Nullable String cursor,
            @RequestParam(defaultValue = "50") int limit) {
        PageSize.check(limit, 200);
        var filter = new SessionFilter(
                status == null ? null : status(status),
                Text.storable("/provider", provider),
                label == null ? null : label(label));
        var found =
                sessions.page(callers.current().tenant(), cursor == null ? null : cursor(cursor), filter, limit + 1);
        List<SessionBody> page = found.stream()
                .limit(limit)
                .map(session -> SessionBody.of(session, null, null, clock.instant()))
                .toList();
        return new Page(page, found.size() > limit ? page.getLast().id() : null);
    }

    @GetMapping("/{id}")
    SessionBody get(@PathVariable String id, HttpServletResponse response) {
        Session session =
                sessions.find(callers.current().tenant(), id(id)).orElseThrow(() -> Problem.notFound("session"));
        EntityTag.on(response, session);
        return full(session);
    }

    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    SessionBody amend(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody JsonNode body,
            HttpServletRequest request,
            HttpServletResponse response) {
        Amendment amendment = AmendSession.read(body);
        Amended amended = sessions.amend(
                        callers.current().tenant(),
                        id(id),
                        amendment,
                        version -> EntityTag.isMeant(ifMatch, version),
                        actors.of(request))
                .orElseThrow(() -> Problem.notFound("session"));
        return switch (amended) {
            case Amended.Done(Session session) -> {
                EntityTag.on(response, session);
                yield full(session);
            }
            case Amended.Outdated(Session session) -> throw EntityTag.outdated(session);
            case Amended.Refused(String field, String code, String reason) ->
                throw Problem.impossible(code, List.of(new Problem.Mistake("/" + field, reason)));
        };
    }

    @DeleteMapping("/{id}")
    ResponseEntity<SessionBody> close(
            @PathVariable String id, @RequestParam(defaultValue = "graceful") String mode, HttpServletRequest request) {
        if (!mode.equals("graceful") && !mode.equals("now")) {
            throw Problem.invalid("/mode", "Must be graceful or now.");
        }
        String tenant = callers.current().tenant();
        Session session = sessions.close(tenant, id(id), mode.equals("now"), actors.of(request))
                .orElseThrow(() -> Problem.notFound("session"));
        return ResponseEntity.accepted().body(full(session));
    }

    private SessionBody full(Session session) {
        List<RunBody> runs = session.runs().stream()
                .map(run -> RunBody.of(session.id(), run, outputs.position(run.id())))
                .toList();
        Long position = session.status() == SessionStatus.QUEUED ? queue.position(session) : null;
        return SessionBody.of(session, runs, position, clock.instant());
    }

    static UUID id(String text) {
        return PublicId.SESSION.parse(text).orElseThrow(() -> Problem.notFound("session"));
    }

    private static UUID cursor(String text) {
        return PublicId.SESSION
                .parse(text)
                .orElseThrow(() -> Problem.invalid("/cursor", "Use the nextCursor of the page before."));
    }

    private static SessionStatus status(String text) {
        for (SessionStatus status : SessionStatus.values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        throw Problem.invalid("/status", "There is no status \"%s\".".formatted(text.toLowerCase(Locale.ROOT)));
    }

    private static Map<String, String> label(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || !Text.isStorable(text)) {
            throw Problem.invalid("/label", "Must be name:value. " + Text.NOT_STORABLE);
        }
        return Map.of(text.substring(0, colon), Objects.requireNonNull(text.substring(colon + 1)));
    }
}
