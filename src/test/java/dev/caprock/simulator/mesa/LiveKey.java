package dev.caprock.simulator.mesa;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An API key that still opens something: neither revoked nor expired. A null end means never. */
public record LiveKey(
        String id, @Nullable String name, @Nullable Instant expiresAt) {}
