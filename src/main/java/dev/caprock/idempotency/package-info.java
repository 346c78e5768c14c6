/**
 * Requests that may be sent again: with an {@code Idempotency-Key} they take effect once, however often and however concurrently
 * they come, also when a replica dies between the effect and the answer. The record is part of the effect's own transaction, so the
 * two cannot disagree, and whoever comes second waits for that transaction by the database's own locks.
 */
@NullMarked
package dev.caprock.idempotency;

import org.jspecify.annotations.NullMarked;
