package dev.caprock.simulator.e2b;

/** What a request asks for; faults and the ledger tell requests apart by it. */
public enum Operation {
    CREATE,
    GET,
    LIST,
    KILL,
    SET_TIMEOUT,
    REFRESH,
    RESUME,
    PAUSE,
    HEALTH,
    READ_FILE,
    WRITE_FILE,
    START,
    CONNECT,
    LIST_PROCESSES,
    SEND_INPUT,
    CLOSE_STDIN,
    SEND_SIGNAL,
    FILESYSTEM,
    OTHER;

    private static final java.util.List<Operation> OPERATIONS = java.util.List.of(values());

    /** Everything that the daemon in a sandbox answers. */
    public static Operation[] dataPlane() {
        return OPERATIONS.stream()
                .filter(operation -> operation.compareTo(HEALTH) >= 0)
                .toArray(Operation[]::new);
    }
}
