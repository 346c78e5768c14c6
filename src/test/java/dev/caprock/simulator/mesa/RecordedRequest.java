package dev.caprock.simulator.mesa;

import org.jspecify.annotations.Nullable;

/**
 * A request that the server has seen.
 *
 * @param path raw, below the base path, without the query
 * @param status what was answered, or would have been; 0 if it was dropped before it did anything
 * @param credential the id of the key, or {@code token:<jti>}; null if it was not known
 * @param answered whether the caller was sent the answer
 * @param byMount whether a mount of {@link MesaMounts} sent it, not the service
 */
public record RecordedRequest(
        String method, String path, int status, @Nullable String credential, boolean answered, boolean byMount) {}
