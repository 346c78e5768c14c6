package dev.caprock.session.sweep;

import java.time.Instant;

/**
 * Something outside that carries our tag.
 *
 * @param session whose it is, as its tag says; empty when that is unknown
 * @param attempt which made it, as its tag or name says
 * @param createdAt by the remote's clock
 */
record Thing(String id, String session, String attempt, Instant createdAt) {}
