package dev.caprock.sandbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox that is wanted.
 *
 * @param owner this installation's tag, {@code [A-Za-z0-9_-]+}
 * @param session the session's id, {@code [A-Za-z0-9_-]+}
 * @param attempt a fresh tag of this one attempt, {@code [A-Za-z0-9_-]+}; {@link Provider#find} looks for it
 * @param template the provider's template, snapshot or image; null for its default
 * @param life how long it may live before it is extended
 * @param vcpus null for the provider's default
 * @param network what it may reach, and what is added to its requests
 */
public record Specification(
        String owner,
        String session,
        String attempt,
        @Nullable String template,
        Duration life,
        @Nullable Integer vcpus,
        Network network) {}
