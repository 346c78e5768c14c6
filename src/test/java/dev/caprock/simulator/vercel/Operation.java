package dev.caprock.simulator.vercel;

/** What a request asks for; faults and the ledger tell requests apart by it. */
public enum Operation {
    CREATE,
    GET,
    /** A get with {@code resume=true}, which may boot a new session. */
    RESUME,
    LIST,
    UPDATE,
    DELETE,
    LIST_SESSIONS,
    GET_SESSION,
    STOP,
    EXTEND,
    SNAPSHOT,
    NETWORK_POLICY,
    RUN,
    LIST_COMMANDS,
    GET_COMMAND,
    /** A get of a command with {@code wait=true}. */
    WAIT,
    LOGS,
    KILL,
    WRITE_FILES,
    READ_FILE,
    MAKE_DIRECTORY,
    LIST_SNAPSHOTS,
    GET_SNAPSHOT,
    DELETE_SNAPSHOT,
    OTHER;

    private static final java.util.List<Operation> OPERATIONS = java.util.List.of(values());

    /** All that happens inside a running session. */
    public static Operation[] inside() {
        return OPERATIONS.stream()
                .filter(operation -> operation.compareTo(RUN) >= 0 && operation.compareTo(MAKE_DIRECTORY) <= 0)
                .toArray(Operation[]::new);
    }
}
