package dev.caprock.idempotency;

import java.util.UUID;

/**
 * What a request that may be sent again made.
 *
 * @param replayed whether an earlier request made it
 */
public record Once(UUID resource, boolean replayed) {

    /** The header that marks the answer to a replayed request. */
    public static final String REPLAYED = "Idempotent-Replay";
}
