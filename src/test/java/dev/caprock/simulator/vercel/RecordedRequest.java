package dev.caprock.simulator.vercel;

import org.jspecify.annotations.Nullable;

/**
 * A request that the simulator got. Bodies, headers and queries are not kept: they hold secrets.
 *
 * @param sandbox the name, also for requests to a session; null if it is about none
 * @param status 0 while there is no answer, and if the connection was dropped
 * @param begun position on one scale of all beginnings and ends
 * @param ended position on that scale, or {@link Long#MAX_VALUE} while it goes on
 */
public record RecordedRequest(
        Operation operation,
        String method,
        String path,
        @Nullable String sandbox,
        int status,
        long begun,
        long ended) {

    public boolean overlaps(RecordedRequest other) {
        return begun < other.ended && other.begun < ended;
    }

    RecordedRequest answered(int code, @Nullable String about) {
        return new RecordedRequest(operation, method, path, about, code, begun, ended);
    }

    RecordedRequest endedAt(long position) {
        return new RecordedRequest(operation, method, path, sandbox, status, begun, position);
    }
}
