package dev.caprock.evidence;

import static java.util.Objects.requireNonNull;

import dev.caprock.audit.Actor;
import dev.caprock.audit.AuditRecord;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An audit record as callers see it and as it is exported: every value exactly as it was hashed.
 *
 * @param at UTC with six digits of a second
 * @param detail the text of a JSON object; null where there is none
 */
record RecordBody(
        UUID chain,
        long seq,
        String at,
        String tenant,
        String subject,
        String action,
        String target,
        @Nullable String requestId,
        @Nullable String sourceAddress,
        String outcome,
        @Nullable String detail,
        String previous,
        String hash)
        implements Line {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    RecordBody {
        requireNonNull(chain, "chain");
        requireNonNull(at, "at");
        requireNonNull(previous, "previous");
        requireNonNull(hash, "hash");
    }

    static RecordBody of(AuditRecord found) {
        return new RecordBody(
                found.chain(),
                found.seq(),
                found.time(),
                found.actor().tenant(),
                found.actor().subject(),
                found.action(),
                found.target(),
                found.actor().requestId(),
                found.actor().sourceAddress(),
                found.outcome(),
                found.detail(),
                found.previous(),
                found.hash());
    }

    /** The record; null when it is not written as records are. */
    @Nullable
    AuditRecord read() {
        try {
            var record = new AuditRecord(
                    chain,
                    seq,
                    Instant.parse(at),
                    new Actor(tenant, subject, requestId, sourceAddress),
                    action,
                    target,
                    outcome,
                    detail,
                    previous,
                    hash);
            boolean written = record.time().equals(at)
                    && HASH.matcher(previous).matches()
                    && HASH.matcher(hash).matches();
            return written ? record : null;
        } catch (DateTimeException malformed) {
            return null;
        }
    }
}
