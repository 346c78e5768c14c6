package dev.caprock.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Someone who is told of a tenant's events.
 *
 * @param events null: all that are offered, by later versions too
 * @param failingSince since when no attempt has succeeded; null when the last one did
 * @param disabledAt since when it is sent nothing, because it said that it is gone; null while it is told
 */
record Webhook(
        UUID id,
        String url,
        @Nullable String description,
        @Nullable List<String> events,
        Instant createdAt,
        @Nullable Instant failingSince,
        @Nullable Instant disabledAt) {}
