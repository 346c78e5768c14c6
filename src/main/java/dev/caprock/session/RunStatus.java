package dev.caprock.session;

import java.util.Locale;

/** Where a run stands. */
public enum RunStatus {
    QUEUED,
    STARTING,
    RUNNING,
    /** Exit code 0 was read. */
    SUCCEEDED,
    /** Another exit code was read, or it ran out of time. */
    FAILED,
    CANCELLED,
    /** Its process is gone and left no exit code. */
    LOST;

    public boolean isEnded() {
        return switch (this) {
            case QUEUED, STARTING, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELLED, LOST -> true;
        };
    }

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
