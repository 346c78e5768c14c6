package dev.caprock.session.lifecycle;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How runs are followed.
 *
 * @param gather how long output is gathered after an append before the next, so that many small pieces share a transaction
 * @param outputQuota what is kept of one run's output; the rest is counted
 * @param lookInterval how often a silent follower looks whether the run is still its own
 */
@ConfigurationProperties("caprock.follow")
record FollowSettings(
        @DefaultValue("20ms") Duration gather,
        @DefaultValue("1GB") DataSize outputQuota,
        @DefaultValue("5s") Duration lookInterval) {}
