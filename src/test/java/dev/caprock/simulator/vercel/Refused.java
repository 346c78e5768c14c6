package dev.caprock.simulator.vercel;

import tools.jackson.databind.json.JsonMapper;

/** A request that is answered by an error. */
final class Refused extends RuntimeException {

    static final String STOPPED = "Sandbox has stopped execution and is no longer available";
    static final String CONCURRENCY = "The concurrency limit has been exceeded.";

    /** A guess: the reference has no code for 429. */
    static final String TOO_MANY = "too_many_requests";

    private final transient Reply.Body reply;

    private Refused(int status, String code, String message) {
        super("answered %d %s: %s".formatted(status, code, message));
        var body = JsonMapper.shared().createObjectNode();
        body.putObject("error").put("code", code).put("message", message);
        this.reply = Reply.json(status, body);
    }

    Reply.Body reply() {
        return reply;
    }

    static Refused of(int status, String code, String message) {
        return new Refused(status, code, message);
    }

    static Refused badRequest(String message) {
        return new Refused(400, "bad_request", message);
    }

    static Refused invalid(String message) {
        return badRequest("Invalid request: " + message);
    }

    static Refused notFound(String message) {
        return new Refused(404, "not_found", message);
    }

    static Refused forbidden(String message) {
        return new Refused(403, "forbidden", message);
    }

    static Refused stopped() {
        return new Refused(410, "sandbox_stopped", STOPPED);
    }

    static Refused tooMany(String message) {
        return new Refused(429, TOO_MANY, message);
    }
}
