package dev.caprock.sandbox;

import java.time.Instant;

/**
 * A sandbox as its account lists it, with what we tagged it with when it was made ({@link Specification}).
 *
 * @param session the tag of its session; empty when it has none
 * @param attempt the tag of the attempt that made it; empty when it has none
 * @param createdAt by the provider's clock
 */
public record OwnedSandbox(String id, String session, String attempt, Instant createdAt) {}
