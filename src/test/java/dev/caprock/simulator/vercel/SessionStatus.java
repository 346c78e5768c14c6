package dev.caprock.simulator.vercel;

import java.util.Locale;

/** The life of a session. */
enum SessionStatus {
    PENDING,
    RUNNING,
    STOPPING,
    SNAPSHOTTING,
    STOPPED,
    FAILED,
    ABORTED;

    boolean over() {
        return compareTo(STOPPED) >= 0;
    }

    /** Whether it may still come to an end that was not begun. */
    boolean open() {
        return this == PENDING || this == RUNNING;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
