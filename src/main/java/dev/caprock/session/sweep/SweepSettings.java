package dev.caprock.session.sweep;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How leftovers are looked for, and when something counts as owed.
 *
 * @param interval from the end of a sweep to the next one's beginning, over all replicas; at least 1 second
 * @param minimumAge what is younger is left alone, as is what is younger than the longest create of its provider; must exceed the
 *     difference between our clock and theirs
 * @param overdueAfter how long a session may take to close before what it has not released is listed as a leak
 */
@ConfigurationProperties("caprock.sweep")
record SweepSettings(
        @DefaultValue("5m") Duration interval,
        @DefaultValue("5m") Duration minimumAge,
        @DefaultValue("15m") Duration overdueAfter) {

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    SweepSettings {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("caprock.sweep.interval must be at least 1s but is " + interval);
        }
        notNegative("minimum-age", minimumAge);
        notNegative("overdue-after", overdueAfter);
    }

    private static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("caprock.sweep.%s must not be negative but is %s".formatted(key, value));
        }
    }
}
