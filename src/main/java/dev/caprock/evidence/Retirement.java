package dev.caprock.evidence;

import static java.util.Objects.requireNonNull;

import dev.caprock.audit.ChainHead;
import java.time.Instant;
import java.util.List;

/**
 * States that chains of a tenant are retired: their records may be gone, and this is how each of them ended.
 *
 * @param number dense from 1 within the tenant
 * @param month when the sessions of these chains began, in UTC: 2026-01
 * @param chains whole, from their first record to this one
 */
record Retirement(String tenant, long number, Instant at, String month, List<ChainHead> chains) {

    static final String TYPE = "application/vnd.caprock.audit-retirement+json";

    Retirement {
        requireNonNull(tenant, "tenant");
        requireNonNull(at, "at");
        requireNonNull(month, "month");
        chains = List.copyOf(chains);
    }
}
