package dev.caprock.evidence;

import dev.caprock.access.Callers;
import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.AuditSearch;
import dev.caprock.evidence.CheckpointWalk.Link;
import dev.caprock.id.PublicId;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import dev.caprock.problem.Text;
import dev.caprock.session.Sessions;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The audit records of a tenant, their verification and their export, over REST. */
@RestController
class AuditController {

    private static final String NDJSON = "application/x-ndjson";
    private static final int INSPECTED = 20_000;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final Audit audit;
    private final Inspection inspection;
    private final Export export;
    private final Checkpoints checkpoints;
    private final Sessions sessions;
    private final Callers callers;

    AuditController(
            Audit audit,
            Inspection inspection,
            Export export,
            Checkpoints checkpoints,
            Sessions sessions,
            Callers callers) {
        this.audit = audit;
        this.inspection = inspection;
        this.export = export;
        this.checkpoints = checkpoints;
        this.sessions = sessions;
        this.callers = callers;
    }

    /**
     * Records, oldest first.
     *
     * @param last where to go on: ask for what comes after it; null while there is none
     */
    record Page(List<RecordBody> records, @Nullable String last) {}

    /**
     * What was found in a part of the chains.
     *
     * @param intact whether everything in this part is as it was written
     * @param nextCursor ask on with it; null once everything was looked at, and where something is broken
     */
    record Inspected(
            boolean intact,
            @Nullable Finding broken,
            Counts verified,
            Link lastCheckpoint,
            @Nullable String nextCursor) {}

    /** @param retired chains whose records are not kept any more, as signed statements say */
    record Counts(long checkpoints, long chains, long records, long retired) {}

    @GetMapping("/v1/audit")
    Page list(
            @RequestParam @Nullable String after,
            @RequestParam(defaultValue = "200") int limit,
            @RequestParam @Nullable Instant from,
            @RequestParam @Nullable Instant to,
            @RequestParam @Nullable String action,
            @RequestParam @Nullable String subject,
            @RequestParam @Nullable String target,
            @RequestParam @Nullable String session) {
        var search = new AuditSearch(
                tenant(),
                time("/from", from),
                time("/to", to),
                Text.storable("/action", action),
                Text.storable("/subject", subject),
                Text.storable("/target", target),
                session == null ? null : chain(session));
        return page(search, after, limit);
    }

    /** The records of a session outlive it. */
    private UUID chain(String id) {
        UUID chain = PublicId.SESSION.parse(id).orElseThrow(() -> Problem.notFound("session"));
        if (audit.search(new AuditSearch(tenant(), null, null, null, null, null, chain), null, 1)
                .isEmpty()) {
            throw Problem.notFound("session");
        }
        return chain;
    }

    @GetMapping("/v1/sessions/{id}/audit")
    Page ofSession(
            @PathVariable String id,
            @RequestParam @Nullable String after,
            @RequestParam(defaultValue = "200") int limit) {
        UUID chain = session(id);
        return page(new AuditSearch(tenant(), null, null, null, null, null, chain), after, limit);
    }

    @GetMapping("/v1/audit/verify")
    Inspected verify(@RequestParam @Nullable String cursor) {
        InspectionPlace from = cursor == null
                ? InspectionPlace.START
                : InspectionPlace.parse(cursor)
                        .orElseThrow(() -> Problem.invalid("/cursor", "Use the nextCursor of the part before."));
        Inspection.Part part = inspection.inspect(tenant(), from, INSPECTED);
        InspectionPlace next = part.next();
        return new Inspected(
                part.broken() == null,
                part.broken(),
                new Counts(part.checkpoints(), part.chains(), part.records(), part.retired()),
                part.last(),
                next == null ? null : next.text());
    }

    /** Streams. Once it has begun no error can be told any more: it ends without its trailer. */
    @GetMapping(path = "/v1/audit/export", produces = NDJSON)
    void export(HttpServletResponse response) throws IOException {
        String tenant = tenant();
        checkpoints.make(tenant);
        response.setContentType(NDJSON);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Disposition", "attachment; filename=\"caprock-audit.ndjson\"");
        OutputStream out = response.getOutputStream();
        try {
            export.write(tenant, out);
            out.flush();
        } catch (IOException gone) {
            response.setHeader(HttpHeaders.CONNECTION, "close"); // the reader went away; nothing is left to tell it
        }
    }

    private Page page(AuditSearch search, @Nullable String after, int limit) {
        PageSize.check(limit, 1000);
        Audit.Place place = after == null ? null : PlaceText.parse(after);
        List<AuditRecord> found = audit.search(search, place, limit);
        return new Page(
                found.stream().map(RecordBody::of).toList(),
                found.isEmpty() ? after : PlaceText.of(Audit.Place.of(found.getLast())));
    }

    /** Within what the database has; nothing was recorded outside. */
    private static @Nullable Instant time(String pointer, @Nullable Instant at) {
        if (at != null && (at.isBefore(FIRST) || at.isAfter(LAST))) {
            throw Problem.invalid(pointer, "Must be a time from %s to %s.".formatted(FIRST, LAST));
        }
        return at;
    }

    private UUID session(String id) {
        return PublicId.SESSION
                .parse(id)
                .flatMap(uuid -> sessions.find(tenant(), uuid))
                .orElseThrow(() -> Problem.notFound("session"))
                .id();
    }

    private String tenant() {
        return callers.current().tenant();
    }
}
