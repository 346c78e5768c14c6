package dev.caprock.session;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where a session stands, and where it may go from there. */
public enum SessionStatus {
    /** Accepted; nothing of it is alive. */
    QUEUED,
    /** Credential, sandbox and mount are on their way. */
    OPENING,
    /** A run is live and owned. */
    RUNNING,
    /** Mounted, no run. */
    IDLE,
    /** Everything is being released; not yet proved. */
    CLOSING,
    /** Everything is proved gone. */
    CLOSED;

    boolean mayBecome(SessionStatus next) {
        return successors().contains(next);
    }

    private Set<SessionStatus> successors() {
        return switch (this) {
            case QUEUED -> EnumSet.of(OPENING, CLOSING);
            case OPENING -> EnumSet.of(RUNNING, IDLE, CLOSING);
            case IDLE -> EnumSet.of(RUNNING, OPENING, CLOSING);
            case RUNNING -> EnumSet.of(IDLE, OPENING, CLOSING);
            case CLOSING -> EnumSet.of(CLOSED);
            case CLOSED -> EnumSet.noneOf(SessionStatus.class);
        };
    }

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
