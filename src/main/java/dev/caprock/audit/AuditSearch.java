package dev.caprock.audit;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a tenant are wanted. What is null does not matter.
 *
 * @param from not older than this
 * @param to older than this
 * @param chain of this chain only: a session's id, for its records
 */
public record AuditSearch(
        String tenant,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String action,
        @Nullable String subject,
        @Nullable String target,
        @Nullable UUID chain) {}
