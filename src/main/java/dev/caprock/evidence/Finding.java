package dev.caprock.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first thing that is not as it was written.
 *
 * @param what record, checkpoint, retirement, or part of an export
 * @param chain of the record
 * @param seq of the record, or the number of the checkpoint or retirement
 * @param reason for a person
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Finding(String what, @Nullable UUID chain, @Nullable Long seq, String reason) {

    static Finding record(UUID chain, long seq, String reason) {
        return new Finding("record", chain, seq, reason);
    }

    static Finding checkpoint(long number, String reason) {
        return new Finding("checkpoint", null, number, reason);
    }

    static Finding retirement(long number, String reason) {
        return new Finding("retirement", null, number, reason);
    }

    /** The part of an export that is neither a record nor a checkpoint. */
    static Finding part(String what, String reason) {
        return new Finding(what, null, null, reason);
    }

    String text() {
        if (chain != null) {
            return "chain %s, record %d: %s".formatted(chain, seq, reason);
        }
        return seq == null ? "%s: %s".formatted(what, reason) : "%s %d: %s".formatted(what, seq, reason);
    }
}
