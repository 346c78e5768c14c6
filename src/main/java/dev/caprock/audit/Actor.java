package dev.caprock.audit;

import org.jspecify.annotations.Nullable;

/**
 * Who acts.
 *
 * @param requestId null where no request caused it
 * @param sourceAddress likewise
 */
public record Actor(
        String tenant,
        String subject,
        @Nullable String requestId,
        @Nullable String sourceAddress) {

    /** The service itself, in what it does for a tenant without being asked. */
    public static Actor service(String tenant) {
        return new Actor(tenant, "caprock", null, null);
    }
}
