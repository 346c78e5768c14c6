/**
 * How we speak HTTP to anyone: time-outs, breaker, bulkheads, rates, and what a failure tells us. It never retries and never
 * waits: attempts and back-off live on the rows of {@code session.lifecycle}, where a crash cannot lose them. Every call is observed,
 * for metrics and traces.
 */
@NullMarked
package dev.caprock.remote;

import org.jspecify.annotations.NullMarked;
