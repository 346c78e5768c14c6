package dev.caprock.simulator.e2b;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A request that is answered by an error. */
final class Refused extends RuntimeException {

    private final transient Reply.Body reply;

    private Refused(Reply.Body reply) {
        super("answered " + reply.status());
        this.reply = reply;
    }

    Reply.Body reply() {
        return reply;
    }

    /** In the control API's form, which the daemon's plain HTTP endpoints share: a numeric code. */
    static Refused api(int status, String message) {
        return api(status, message, null);
    }

    static Refused api(int status, String message, @Nullable String errorCode) {
        var body = JsonMapper.shared().createObjectNode().put("code", status).put("message", message);
        if (errorCode != null) {
            body.put("error_code", errorCode);
        }
        return new Refused(Reply.json(status, body));
    }

    /** By the proxy between client and sandbox. */
    static Refused proxy(Effect.Answer answer, String sandboxId) {
        return new Refused(
                Reply.text(answer.status(), "application/json", answer.body().replace("{id}", sandboxId)));
    }

    /** In the Connect protocol's form for unary calls: a code in words. */
    static Refused connect(ConnectError error) {
        return new Refused(Reply.json(error.status(), error.json()));
    }

    static Refused unsupportedMediaType() {
        return new Refused(Reply.empty(415));
    }
}
