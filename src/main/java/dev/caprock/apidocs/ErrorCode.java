package dev.caprock.apidocs;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/** Every code that an error can have, with what it means and what to do. A test compares them with the source. */
enum ErrorCode {
    INVALID_REQUEST(400, "The request has 1 mistake.", "Correct the fields that are named in errors."),
    BAD_REQUEST(400, "The request cannot be read.", "See the API documentation."),
    UNAUTHENTICATED(
            401,
            "The request does not say who is calling.",
            "Send \"Authorization: Bearer\" with an API key or a token."),
    INVALID_CREDENTIAL(401, "The API key is unknown.", "Send a key or a token that is valid now."),
    INVALID_TICKET(
            401,
            "The ticket is not known, is for another session, or has expired.",
            "Make another one with POST /v1/sessions/{id}/events/ticket."),
    SCOPE_MISSING(403, "This takes another scope.", "Use a key or a token that has it."),
    OPERATORS_ONLY(
            403,
            "This belongs to the installation, not to a tenant.",
            "Ask an admin of the operator's tenant, which caprock.access.operator-tenant names."),
    CLAIM_MISSING(
            403,
            "The token is genuine, but a claim is missing.",
            "Have the issuer add the claim, or the operator name another one."),
    ORIGIN_NOT_ALLOWED(403, "Pages of this origin may not call.", "Have the operator allow the origin."),
    NOT_FOUND(404, "There is no such thing in your tenant.", "Check the id; list what you have."),
    NOT_ACCEPTABLE(406, "No media type that you accept is offered.", "See the API documentation."),
    REQUEST_UNDER_WAY(
            409,
            "The first request with this Idempotency-Key is still under way.",
            "Send it again after the seconds that Retry-After names."),
    ILLEGAL_TRANSITION(409, "The session is closing.", "Start another session, or do what allowedActions names."),
    WORKSPACE_NOT_OPEN(
            409, "The workspace is not open yet.", "Ask again once the session is running; its events tell when."),
    SESSION_NOT_CLOSED(409, "The session is running.", "Ask again when it is closed; to close it, delete it."),
    AUDIT_RECORD_MISSING(
            409,
            "The audit record that says that the session is closed is missing.",
            "Verify the audit chain: GET /v1/audit/verify."),
    TOO_MANY_WEBHOOKS(409, "There are as many webhooks already as may be.", "Delete one that is not needed."),
    WEBHOOK_DISABLED(409, "The receiver answered 410, so nothing is sent to it any more.", "Create another webhook."),
    EVENTS_FORGOTTEN(
            410, "These events are older than what is kept.", "Get the session itself: it tells how everything ended."),
    WORKSPACE_GONE(
            410,
            "The repo, or a change in it, no longer exists.",
            "Nothing brings it back; look whether somebody deleted the repo."),
    PRECONDITION_FAILED(
            412, "The session has changed.", "Get the session again, and repeat the change if it still fits."),
    CONTENT_TOO_LARGE(413, "The body is larger than it may be.", "Send less, or have the operator raise the limit."),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is not of a type that is read here.", "See the API documentation."),
    IDEMPOTENCY_KEY_REUSED(
            422,
            "This Idempotency-Key came with another request before.",
            "Make a new key for each new request; send the same body again with the same key."),
    NOT_POSSIBLE(422, "The provider cannot do this.", "Change the fields that are named in errors."),
    REPO_NOT_FOUND(
            422,
            "There is no such repo; create it, or set createIfMissing.",
            "Change the fields that are named in errors."),
    REPO_NOT_ALLOWED(422, "Your tenant may not use this repo.", "Change the fields that are named in errors."),
    PROVIDER_NOT_ALLOWED(422, "Your tenant may not use this provider.", "Change the fields that are named in errors."),
    AGENT_NOT_ALLOWED(
            422, "Your tenant may not run this kind of agent.", "Change the fields that are named in errors."),
    TTL_NOT_ALLOWED(
            422, "Your tenant's sessions may not stay open so long.", "Change the fields that are named in errors."),
    BUDGET_TOO_SMALL(
            422, "This can take more than your tenant's whole budget.", "Change the fields that are named in errors."),
    BUDGET_EXCEEDED(422, "Your tenant's budget has not enough left.", "Change the fields that are named in errors."),
    BEYOND_CEILING(
            422,
            "The credential or the sandbox was made for less than that.",
            "Change the fields that are named in errors."),
    EXPIRES_IN_THE_PAST(422, "That time is over.", "Change the fields that are named in errors."),
    TOO_MANY_LABELS(422, "These are more labels than may be.", "Change the fields that are named in errors."),
    WEBHOOK_ADDRESS_REFUSED(
            422, "The name leads to an address that is not public.", "Change the fields that are named in errors."),
    RATE_LIMITED(
            429,
            "Your tenant makes more requests a second than it may.",
            "Wait as long as Retry-After says; let the RateLimit headers pace you."),
    TOO_MANY_STREAMS(429, "Your tenant reads its share of streams already.", "End some, or read pages of events."),
    QUEUE_FULL(
            429,
            "Your tenant has as many queued sessions as it may.",
            "Try again once some of them have begun, or cancel some."),
    INTERNAL_ERROR(
            500, "Something went wrong on our side.", "Try again; if it stays so, tell the operator the traceId."),
    WORKSPACE_REFUSED(
            502,
            "The service that keeps the workspace refused our request.",
            "Tell the operator the traceId; our access may have been taken away."),
    CREDENTIAL_CHECK_UNAVAILABLE(503, "The credential cannot be checked now.", "Try again, with the same credential."),
    NOT_CONFIGURED(
            501,
            "This service has no account for what the session needs.",
            "Ask the operator: GET /v1/providers says what is missing."),
    NO_CREDENTIAL_MODE(
            503,
            "No sandbox can be given access to a workspace now.",
            "Try again later, or ask the operator: GET /v1/providers says what is missing."),
    WORKSPACE_UNAVAILABLE(
            503,
            "The service that keeps the workspace does not answer now.",
            "Ask again after the seconds that Retry-After names."),
    TOO_MANY_READERS(
            503,
            "This replica has as many readers of streams as it may have.",
            "Come back after the seconds that Retry-After names, or read pages of events."),
    NO_SIGNING_KEY(
            501,
            "The key that signs audit records cannot be used.",
            "Have the operator give the service its signing key.");

    private final HttpStatus status;
    private final String detail;
    private final String remedy;

    ErrorCode(int status, String detail, String remedy) {
        this.status = HttpStatus.valueOf(status);
        this.detail = detail;
        this.remedy = remedy;
    }

    /** As the service says it: where the answer has a Retry-After, and where it is our own fault. */
    boolean isRetryable() {
        return switch (status) {
            case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE, INTERNAL_SERVER_ERROR -> true;
            default -> this == REQUEST_UNDER_WAY;
        };
    }

    HttpStatus status() {
        return status;
    }

    String detail() {
        return detail;
    }

    String remedy() {
        return remedy;
    }

    /** As answers have it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
