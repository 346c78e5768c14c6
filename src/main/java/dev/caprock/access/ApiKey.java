package dev.caprock.access;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is stored, which is without the key itself.
 *
 * @param name for people
 * @param createdBy the subject that made it
 * @param lastUsedAt to the minute; null when it never was
 */
record ApiKey(
        UUID id,
        String tenant,
        String name,
        Set<Scope> scopes,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {}
