package dev.caprock.metrics;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is measured.
 *
 * @param refreshInterval how often each replica reads from the database what gauges tell of the installation; after three times as
 *     long without an answer they tell nothing; from 1 to 30 seconds
 */
@ConfigurationProperties("caprock.metrics")
record MetricsSettings(@DefaultValue("15s") Duration refreshInterval) {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    MetricsSettings {
        if (refreshInterval.compareTo(SHORTEST) < 0 || refreshInterval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "caprock.metrics.refresh-interval must be from 1s to 30s but is " + refreshInterval);
        }
    }

    /** How long a value that was read is worth telling. */
    Duration kept() {
        return refreshInterval.multipliedBy(3);
    }
}
