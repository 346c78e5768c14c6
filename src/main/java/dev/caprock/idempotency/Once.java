package dev.caprock.idempotency;

import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/**
 * What a request that may be sent again made.
 *
 * @param resource its id
 * @param made null where an earlier request made it
 */
public record Once<T>(UUID resource, @Nullable T made) {

    private static final String REPLAYED = "Idempotent-Replay";

    /** What was made now, or else what an earlier request made, as it is now: secrets that are told once are not told again. */
    public <B> B orAsItIsNow(Function<T, B> now, Function<UUID, B> later) {
        return made == null ? later.apply(resource) : now.apply(made);
    }

    /** Marks the answer to a replayed request. */
    public ResponseEntity.BodyBuilder mark(ResponseEntity.BodyBuilder answer) {
        return made == null ? answer.header(REPLAYED, "true") : answer;
    }
}
