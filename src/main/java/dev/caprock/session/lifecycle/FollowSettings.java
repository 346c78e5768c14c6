package dev.caprock.session.lifecycle;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How runs are followed.
 *
 * @param gather how long output is gathered after an append before the next, so that many small pieces share a transaction;
 *     not negative
 * @param outputQuota what is kept of one run's output; the rest is counted; at least 1 byte
 * @param lookInterval how often a silent follower looks whether the run is still its own; longer than nothing
 */
@ConfigurationProperties("caprock.follow")
record FollowSettings(
        @DefaultValue("20ms") Duration gather,
        @DefaultValue("1GB") DataSize outputQuota,
        @DefaultValue("5s") Duration lookInterval) {

    FollowSettings {
        if (gather.isNegative()) {
            throw new IllegalArgumentException("caprock.follow.gather must not be negative but is " + gather);
        }
        if (outputQuota.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "caprock.follow.output-quota must be at least 1 byte but is " + outputQuota);
        }
        if (!lookInterval.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.follow.look-interval must be longer than nothing but is " + lookInterval);
        }
    }
}
