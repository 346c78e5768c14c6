package dev.caprock.apidocs;

import static dev.caprock.apidocs.ErrorCode.*;
import static dev.caprock.apidocs.Operation.Tag.*;
import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.PATCH;
import static org.springframework.http.HttpMethod.POST;

import java.util.List;
import org.springframework.http.HttpMethod;

/** All operations, in the order of the document. */
final class Operations {

    private static final String SESSION = "/v1/sessions/{id}";
    private static final String RUN = SESSION + "/runs/{run}";
    private static final String WEBHOOK = "/v1/webhooks/{id}";

    static final List<Operation> ALL = List.of(
            Operation.of(POST, "/v1/sessions", "createSession", SESSIONS, "Start a session")
                    .answers(202, "Location", "Preference-Applied", "Idempotent-Replay")
                    .refuses(NOT_POSSIBLE, REPO_NOT_FOUND, REPO_NOT_ALLOWED, PROVIDER_NOT_ALLOWED, AGENT_NOT_ALLOWED)
                    .refuses(TTL_NOT_ALLOWED, BUDGET_TOO_SMALL, QUEUE_FULL, NOT_CONFIGURED, NO_CREDENTIAL_MODE)
                    .onceOnly(),
            Operation.of(GET, "/v1/sessions", "listSessions", SESSIONS, "List sessions, newest first"),
            Operation.of(GET, SESSION, "getSession", SESSIONS, "Get a session").answers(200, "ETag"),
            Operation.of(
                            PATCH,
                            SESSION,
                            "amendSession",
                            SESSIONS,
                            "Change a session's labels and end, by a merge patch")
                    .answers(200, "ETag")
                    .refuses(ILLEGAL_TRANSITION, PRECONDITION_FAILED, TOO_MANY_LABELS, EXPIRES_IN_THE_PAST)
                    .refuses(BEYOND_CEILING, BUDGET_EXCEEDED),
            Operation.of(DELETE, SESSION, "closeSession", SESSIONS, "Close a session, from every status")
                    .answers(202),
            Operation.of(GET, SESSION + "/diff", "getDiff", SESSIONS, "What a session changed, as JSON or as a patch")
                    .streams("text/plain")
                    .refuses(WORKSPACE_NOT_OPEN, WORKSPACE_GONE, WORKSPACE_REFUSED, WORKSPACE_UNAVAILABLE),
            Operation.of(POST, SESSION + "/runs", "createRun", RUNS, "Queue a further prompt in the same workspace")
                    .answers(202, "Location", "Idempotent-Replay")
                    .refuses(ILLEGAL_TRANSITION)
                    .onceOnly(),
            Operation.of(GET, SESSION + "/runs", "listRuns", RUNS, "List a session's runs, by number"),
            Operation.of(GET, RUN, "getRun", RUNS, "Get a run"),
            Operation.of(POST, RUN + "/cancel", "cancelRun", RUNS, "Cancel a run; the session stays")
                    .answers(202, "Idempotent-Replay")
                    .refuses(ILLEGAL_TRANSITION)
                    .onceOnly(),
            Operation.of(GET, RUN + "/output", "getOutput", RUNS, "What a run printed, byte for byte")
                    .streams("application/octet-stream")
                    .refuses(EVENTS_FORGOTTEN, TOO_MANY_READERS, TOO_MANY_STREAMS),
            Operation.of(GET, SESSION + "/events", "listEvents", EVENTS, "Events in order, as a page or as a stream")
                    .streams("text/event-stream")
                    .refuses(EVENTS_FORGOTTEN, TOO_MANY_READERS, TOO_MANY_STREAMS, INVALID_TICKET),
            Operation.of(
                            POST,
                            SESSION + "/events/ticket",
                            "createEventTicket",
                            EVENTS,
                            "Make a ticket with which a browser reads this session's stream for a minute")
                    .answers(201),
            Operation.of(POST, "/v1/webhooks", "createWebhook", WEBHOOKS, "Tell an address of events")
                    .answers(201, "Location", "Idempotent-Replay")
                    .refuses(TOO_MANY_WEBHOOKS, WEBHOOK_ADDRESS_REFUSED)
                    .onceOnly(),
            Operation.of(GET, "/v1/webhooks", "listWebhooks", WEBHOOKS, "List the webhooks"),
            Operation.of(GET, WEBHOOK, "getWebhook", WEBHOOKS, "Get a webhook"),
            Operation.of(DELETE, WEBHOOK, "deleteWebhook", WEBHOOKS, "Delete a webhook")
                    .answers(204),
            Operation.of(POST, WEBHOOK + "/test", "testWebhook", WEBHOOKS, "Send a test event now")
                    .answers(202, "Idempotent-Replay")
                    .refuses(WEBHOOK_DISABLED)
                    .onceOnly(),
            Operation.of(POST, WEBHOOK + "/rotate-secret", "rotateWebhookSecret", WEBHOOKS, "Make a new secret")
                    .answers(200, "Idempotent-Replay")
                    .onceOnly(),
            Operation.of(GET, WEBHOOK + "/deliveries", "listDeliveries", WEBHOOKS, "List deliveries, newest first"),
            Operation.of(
                            POST,
                            WEBHOOK + "/deliveries/replay",
                            "replayFailedDeliveries",
                            WEBHOOKS,
                            "Send all that failed again")
                    .answers(202, "Idempotent-Replay")
                    .refuses(WEBHOOK_DISABLED)
                    .onceOnly(),
            Operation.of(
                            POST,
                            WEBHOOK + "/deliveries/{delivery}/replay",
                            "replayDelivery",
                            WEBHOOKS,
                            "Send a delivery again")
                    .answers(202, "Idempotent-Replay")
                    .refuses(WEBHOOK_DISABLED)
                    .onceOnly(),
            Operation.of(GET, "/v1/audit", "listAuditRecords", AUDIT, "Search audit records, oldest first"),
            Operation.of(GET, SESSION + "/audit", "listSessionAuditRecords", AUDIT, "A session's audit records"),
            Operation.of(GET, "/v1/audit/verify", "verifyAudit", AUDIT, "Recompute the hash chains, part by part"),
            Operation.of(GET, "/v1/audit/export", "exportAudit", AUDIT, "All audit records with a signed trailer")
                    .streams("application/x-ndjson")
                    .refuses(NO_SIGNING_KEY),
            Operation.of(GET, "/v1/audit/keys", "listSigningKeys", AUDIT, "The public keys, as a JWK set or as PEM")
                    .streams("application/x-pem-file")
                    .refuses(NO_SIGNING_KEY),
            Operation.of(GET, SESSION + "/receipt", "getReceipt", AUDIT, "A closed session's signed receipt (DSSE)")
                    .refuses(SESSION_NOT_CLOSED, AUDIT_RECORD_MISSING, NO_SIGNING_KEY),
            Operation.of(
                    GET, "/v1/providers", "listProviders", SERVICE, "Which providers there are, and how they stand"),
            Operation.of(GET, "/v1/limits", "getLimits", SERVICE, "What your tenant may have, and has"),
            Operation.of(GET, "/v1/leaks", "listLeaks", SERVICE, "What is owed outside; normally nothing"),
            Operation.of(POST, "/v1/api-keys", "createApiKey", API_KEYS, "Make an API key; it is shown once")
                    .answers(201, "Location", "Idempotent-Replay")
                    .onceOnly(),
            Operation.of(GET, "/v1/api-keys", "listApiKeys", API_KEYS, "List API keys, newest first"),
            Operation.of(DELETE, "/v1/api-keys/{id}", "revokeApiKey", API_KEYS, "Revoke an API key at once")
                    .answers(204));

    private Operations() {}

    static Operation of(HttpMethod method, String path) {
        return ALL.stream()
                .filter(each -> each.method().equals(method) && each.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "%s %s is not in the document's table of operations".formatted(method, path)));
    }
}
