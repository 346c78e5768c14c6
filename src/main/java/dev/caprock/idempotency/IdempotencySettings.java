package dev.caprock.idempotency;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a request may be sent again.
 *
 * @param retention how long a key is known after its first request, at least a day
 * @param patience how long a repeated request waits for the first one, before it is told that this is still under way
 */
@ConfigurationProperties("caprock.idempotency")
record IdempotencySettings(
        @DefaultValue("P2D") Duration retention,
        @DefaultValue("2s") Duration patience) {

    private static final Duration PROMISED = Duration.ofDays(1);

    IdempotencySettings {
        if (retention.compareTo(PROMISED) < 0) {
            throw new IllegalArgumentException(
                    "caprock.idempotency.retention must be at least a day but is " + retention);
        }
        if (!patience.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.idempotency.patience must be longer than nothing but is " + patience);
        }
    }
}
