package dev.caprock.journal;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An appended entry.
 *
 * @param seq dense from 1 within its session
 * @param at in microseconds
 * @param run the run that it is about, or null where it is about the session
 * @param data for {@code run.output}: {@code stream}, {@code offset} and {@code length} in bytes, and {@code text}
 */
public record Event(
        UUID session,
        long seq,
        String type,
        Instant at,
        @Nullable UUID run,
        Map<String, Object> data) {}
