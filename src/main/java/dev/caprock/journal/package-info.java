/**
 * The append-only event list of a session with its dense {@code seq}, the output bytes of its runs, and waiting for more.
 *
 * <p>Output is stored once, as bytes; a {@code run.output} event only points at them, and its text is made when it is read,
 * because PostgreSQL text cannot hold what an agent may print. Writers append in their own transaction; its commit wakes the
 * readers, in this replica and in the others. Such a wake-up only makes them look early, so a lost one costs at most a second.
 */
@NullMarked
package dev.caprock.journal;

import org.jspecify.annotations.NullMarked;
