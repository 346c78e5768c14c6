/**
 * What gauges tell of the whole installation: it lies in the database, and is read now and then by one thread, never by whoever
 * scrapes. Each room names and registers its own meters; {@code src/docs/metrics.md} lists them all.
 */
@NullMarked
package dev.caprock.metrics;

import org.jspecify.annotations.NullMarked;
