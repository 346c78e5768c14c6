package dev.caprock.audit;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One link of a chain.
 *
 * @param seq dense from 1 within the chain
 * @param at in microseconds
 * @param action a verb of ours on a noun of ours, such as {@code session.create}
 * @param target the id that was acted on
 * @param detail a JSON object, exactly as it was hashed; null where there is none
 * @param previous the hash of seq - 1 in hexadecimal; 64 zeros at seq 1
 * @param hash in hexadecimal
 */
public record AuditRecord(
        UUID chain,
        long seq,
        Instant at,
        Actor actor,
        String action,
        String target,
        String outcome,
        @Nullable String detail,
        String previous,
        String hash) {}
