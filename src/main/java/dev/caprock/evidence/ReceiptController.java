package dev.caprock.evidence;

import dev.caprock.access.Callers;
import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.id.PublicId;
import dev.caprock.problem.Problem;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Session receipts over REST. */
@RestController
class ReceiptController {

    private final Sessions sessions;
    private final Audit audit;
    private final SigningKeys keys;
    private final Callers callers;

    ReceiptController(Sessions sessions, Audit audit, SigningKeys keys, Callers callers) {
        this.sessions = sessions;
        this.audit = audit;
        this.keys = keys;
        this.callers = callers;
    }

    @GetMapping("/v1/sessions/{id}/receipt")
    Envelope receipt(@PathVariable String id) {
        Session session = PublicId.SESSION
                .parse(id)
                .flatMap(uuid -> sessions.find(callers.current().tenant(), uuid))
                .orElseThrow(() -> Problem.notFound("session"));
        if (session.status() != SessionStatus.CLOSED) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "session_not_closed",
                    "The session is %s; a receipt tells of what no longer changes."
                            .formatted(session.status().text()),
                    "Ask again when it is closed; to close it, delete it.");
        }
        AuditRecord closing = audit.first(session.id(), "session.status", SessionStatus.CLOSED.text())
                .orElseThrow(() -> new Problem(
                        HttpStatus.CONFLICT,
                        "audit_record_missing",
                        "The audit record that says that the session is closed is missing.",
                        "Verify the audit chain: GET /v1/audit/verify."));
        return keys.current().sign(Receipt.PAYLOAD_TYPE, Json.bytes(Receipt.of(session, closing)));
    }
}
