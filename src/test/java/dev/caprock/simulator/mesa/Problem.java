package dev.caprock.simulator.mesa;

/** What the server refuses for. Status and code are only defaults where the reference does not know them. */
public enum Problem {
    BAD_REQUEST(400, "BAD_REQUEST"),
    UNAUTHENTICATED(401, "UNAUTHENTICATED"),
    FORBIDDEN(403, "FORBIDDEN"),
    NOT_FOUND(404, "NOT_FOUND"),
    NOT_ACCEPTABLE(406, "NOT_ACCEPTABLE"),
    ALREADY_EXISTS(409, "CONFLICT"),
    /** {@code base_commit_oid} is no longer the change's commit. */
    STALE(409, "CONFLICT"),
    /** A bookmark move that would lose history. */
    BACKWARDS(409, "CONFLICT"),
    DEFAULT_BOOKMARK(409, "CONFLICT"),
    MERGE_CONFLICT(409, "MERGE_CONFLICT"),
    INTERNAL(500, "INTERNAL_ERROR"),
    NOT_IMPLEMENTED(501, "NOT_IMPLEMENTED");

    private final int status;
    private final String code;

    Problem(int status, String code) {
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
