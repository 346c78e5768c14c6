package dev.caprock.evidence;

import static java.util.Objects.requireNonNull;

import dev.caprock.audit.ChainHead;
import java.time.Instant;
import java.util.List;

/**
 * The heads of a tenant's chains at some time: those that have moved since the checkpoint before.
 *
 * @param number dense from 1 within the tenant
 * @param previous the SHA-256 of the payload of the checkpoint before, in hexadecimal; 64 zeros at the first
 * @param heads by chain
 */
record Checkpoint(String tenant, long number, Instant at, String previous, List<ChainHead> heads) {

    static final String TYPE = "application/vnd.caprock.audit-checkpoint+json";

    Checkpoint {
        requireNonNull(tenant, "tenant");
        requireNonNull(at, "at");
        requireNonNull(previous, "previous");
        heads = List.copyOf(heads);
    }
}
