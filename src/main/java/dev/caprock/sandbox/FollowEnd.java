package dev.caprock.sandbox;

import java.util.Arrays;
import java.util.Optional;

/** Why a follow ended without a failure. The reader script reports it by its exit code. */
public enum FollowEnd {
    /** The run goes on; follow again from the new offsets. */
    TIME_UP(75),
    /** The exit file is there; everything that the files held when the reader looked has been delivered. */
    ENDED(0),
    /** The run's process is gone and left no exit file. */
    LOST(70),
    /** An output file is shorter than the offset asked for: the agent truncated it. */
    SHORTER(72);

    private final int exitCode;

    FollowEnd(int exitCode) {
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }

    /** What an exit code of {@link Runner#read} says; empty when it is none of the reader's. */
    public static Optional<FollowEnd> of(int exitCode) {
        return Arrays.stream(values()).filter(end -> end.exitCode == exitCode).findFirst();
    }
}
