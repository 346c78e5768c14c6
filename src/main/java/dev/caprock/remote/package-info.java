/**
 * How we speak HTTP to anyone: time-outs, breaker, bulkhead, and what a failure tells us. It never retries: attempts and
 * back-off live on the rows of {@code session.lifecycle}, where a crash cannot lose them.
 */
@NullMarked
package dev.caprock.remote;

import org.jspecify.annotations.NullMarked;
