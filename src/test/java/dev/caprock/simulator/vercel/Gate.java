package dev.caprock.simulator.vercel;

import java.util.Set;

/** Who may ask: the token, the team, and the project where an operation has one. */
record Gate(VercelSettings settings) {

    private static final Set<Operation> PROJECT_ID_IN_QUERY =
            Set.of(Operation.GET, Operation.RESUME, Operation.UPDATE, Operation.DELETE);

    private static final Set<Operation> PROJECT_IN_QUERY =
            Set.of(Operation.LIST, Operation.LIST_SESSIONS, Operation.LIST_SNAPSHOTS);

    /** @throws Refused if the caller may not */
    void check(Operation operation, Call call) {
        String authorization = call.header("Authorization");
        if (authorization == null) {
            throw Refused.of(401, "forbidden", "The request is missing an authentication token");
        }
        if (!authorization.equals("Bearer " + settings.token())) {
            throw Refused.forbidden("Not authorized");
        }
        if (!settings.team().equals(call.query("teamId"))) {
            throw Refused.forbidden("Not authorized: no such team");
        }
        if (operation == Operation.CREATE) {
            checkProject(call.json().path("projectId").asString(""));
        } else if (PROJECT_ID_IN_QUERY.contains(operation)) {
            checkProject(call.query("projectId"));
        } else if (PROJECT_IN_QUERY.contains(operation)) {
            checkProject(call.query("project"));
        }
    }

    private void checkProject(@org.jspecify.annotations.Nullable String project) {
        if (project == null || project.isEmpty()) {
            throw Refused.invalid("missing the project.");
        }
        if (!project.equals(settings.project())) {
            throw Refused.forbidden("Not authorized: no such project");
        }
    }
}
