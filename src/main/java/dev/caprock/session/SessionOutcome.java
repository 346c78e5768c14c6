package dev.caprock.session;

import java.util.Locale;

/** How a session ended. */
public enum SessionOutcome {
    SUCCEEDED,
    FAILED,
    CANCELLED,
    EXPIRED;

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
