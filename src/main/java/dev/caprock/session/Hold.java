package dev.caprock.session;

import java.util.Locale;

/** What of its own tenant's a queued session waits for. One that waits for its provider is not held. */
public enum Hold {
    /** As many of the tenant's sessions as may be are live. */
    TENANT_LIMIT,
    /** The tenant's budget has not enough left for it. */
    BUDGET;

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
