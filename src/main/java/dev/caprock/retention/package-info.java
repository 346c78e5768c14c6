/**
 * How what is over goes, so that the database does not grow for ever: sessions that were closed long ago in small batches, and whole
 * months of events, output and audit records at once, by dropping their partitions.
 *
 * <p>Each job runs on one replica at a time, and all that it does is safe on several. It may be cut off anywhere: a batch is one
 * transaction, a partition is detached in one and dropped in the next, and what was left in between is dropped by the next run.
 * Nothing waits long for it: it waits for a lock on what others write for a fifth of a second, and else tries again later.
 *
 * <p>What is here knows the tables of other rooms, since going is what they have in common. {@code src/docs/operate.md} says what is
 * kept for how long, and why.
 */
@NullMarked
package dev.caprock.retention;

import org.jspecify.annotations.NullMarked;
