package dev.caprock.simulator.e2b;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An error in the words of the Connect protocol. */
final class ConnectError extends RuntimeException {

    private final String code;
    private final String text;

    ConnectError(String code, String text) {
        super(code + ": " + text);
        this.code = code;
        this.text = text;
    }

    ObjectNode json() {
        return JsonMapper.shared().createObjectNode().put("code", code).put("message", text);
    }

    /** The HTTP status of a unary call. */
    int status() {
        return switch (code) {
            case "invalid_argument", "failed_precondition", "out_of_range" -> 400;
            case "unauthenticated" -> 401;
            case "permission_denied" -> 403;
            case "not_found" -> 404;
            case "already_exists", "aborted" -> 409;
            case "unimplemented" -> 501;
            case "unavailable" -> 503;
            case "deadline_exceeded" -> 504;
            default -> 500;
        };
    }
}
