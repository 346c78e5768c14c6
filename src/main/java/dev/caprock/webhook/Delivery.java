package dev.caprock.webhook;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event for one webhook.
 *
 * @param session null for a test
 * @param seq of the event in the session's journal; null for a test
 * @param dueAt when it is tried next, unless something holds it up; of no meaning once it is over
 * @param answer the last HTTP status; null where none came
 * @param error why the last attempt failed; null where it did not
 * @param finishedAt since when it is over; null while it is pending
 */
record Delivery(
        UUID id,
        String type,
        @Nullable UUID session,
        @Nullable UUID run,
        @Nullable Long seq,
        Status status,
        int attempts,
        Instant createdAt,
        Instant dueAt,
        @Nullable Integer answer,
        @Nullable String error,
        @Nullable Instant finishedAt) {

    enum Status {
        PENDING,
        DELIVERED,
        FAILED
    }
}
