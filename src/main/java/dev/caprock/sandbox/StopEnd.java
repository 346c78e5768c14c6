package dev.caprock.sandbox;

/** What stopping a run came to. */
public enum StopEnd {
    /** Nothing of the run is alive, and its exit can be read. */
    ENDED,
    /** Nothing of the run is alive, and its exit will never be known: it had not started, or its runner was gone. */
    WITHOUT_EXIT,
    /** The script did not say; something may be alive. Stop again. */
    UNCLEAR;

    /** Reads the answer of {@link Runner#stop}. */
    public static StopEnd of(CommandResult result) {
        return switch (result.exitCode()) {
            case 0 -> ENDED;
            case 33 -> WITHOUT_EXIT;
            default -> UNCLEAR;
        };
    }
}
