package dev.caprock.session;

import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/**
 * Why a session failed, for its caller.
 *
 * @param code stable, machine-readable, for example {@code sandbox_lost}
 * @param message what happened
 * @param retryable whether the same request may succeed later
 * @param remedy what a person can do
 */
@Embeddable
public record Detail(
        String code,
        String message,
        @Nullable Boolean retryable,
        @Nullable String remedy) {}
