package dev.caprock.simulator.e2b;

import org.jspecify.annotations.Nullable;

/**
 * A request that the simulator got. Bodies, headers and queries are not kept: they hold secrets.
 *
 * @param sandboxId null if it is about none, or made none
 * @param status 0 while there is no answer, and if the connection was dropped
 * @param begun position on one scale of all beginnings and ends
 * @param ended position on that scale, or {@link Long#MAX_VALUE} while it goes on
 */
public record RecordedRequest(
        Operation operation,
        String method,
        String path,
        @Nullable String sandboxId,
        int status,
        long begun,
        long ended) {

    public boolean overlaps(RecordedRequest other) {
        return begun < other.ended && other.begun < ended;
    }
}
