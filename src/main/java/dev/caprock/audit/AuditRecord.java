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
        String hash) {
    /** The same with the hash that it must have; its own is not looked at. */
    public AuditRecord hashed() {
        return new AuditRecord(chain, seq, at, actor, action, target, outcome, detail, previous, Canonical.hash(this));
    }

    /** {@code at} as it is hashed: UTC with six digits of a second. */
    public String time() {
        return Canonical.time(at);
    }
}
