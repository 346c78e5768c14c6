package dev.caprock.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as callers see it.
 *
 * @param id the {@code webhook-id} that the receiver sees, at each attempt
 * @param nextAttemptAt while it is pending: not before then
 * @param answer the last HTTP status
 * @param error why the last attempt failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeliveryBody(
        String id,
        String type,
        @Nullable String sessionId,
        @Nullable String runId,
        @Nullable Long seq,
        String status,
        int attempts,
        Instant createdAt,
        @Nullable Instant nextAttemptAt,
        @Nullable Integer answer,
        @Nullable String error,
        @Nullable Instant finishedAt) {

    static DeliveryBody of(Delivery delivery) {
        boolean again = delivery.status() == Delivery.Status.PENDING && delivery.attempts() > 0;
        return new DeliveryBody(
                PublicId.DELIVERY.text(delivery.id()),
                delivery.type(),
                delivery.session() == null ? null : PublicId.SESSION.text(delivery.session()),
                delivery.run() == null ? null : PublicId.RUN.text(delivery.run()),
                delivery.seq(),
                delivery.status().name().toLowerCase(Locale.ROOT),
                delivery.attempts(),
                delivery.createdAt(),
                again ? delivery.dueAt() : null,
                delivery.answer(),
                delivery.error(),
                delivery.finishedAt());
    }
}
