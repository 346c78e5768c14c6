package dev.caprock.session.lifecycle;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How sessions are moved.
 *
 * @param poll how often a replica looks for what is due when nothing nudges it
 * @param lease how long a replica counts as alive after a heartbeat; another takes over no later than this after its death
 * @param heartbeat how often the lease is renewed; well under a third of it
 * @param handOver how long a replica that stops waits for calls under way before others take over from it; below the time that
 *     its process is given to end
 * @param claims how many sessions and runs one replica works on at once
 * @param openingTimeout how long opening may take before the session fails
 * @param sandboxLease how long a sandbox lives before it must be extended, so that it ends by itself when every replica is
 *     gone; at least one and a half times the longer of flushTimeout and verifyTimeout, at most 1 hour
 * @param mintDeadline how long after it was asked for a credential may still appear though its answer was lost
 * @param stopGrace how long an agent that is asked to end may take before it is killed
 * @param stopTimeout after this long in closing a run that cannot be stopped is given up
 * @param flushTimeout after this long in closing a mount that does not end is given up
 * @param verifyTimeout after this long in closing the sandbox is destroyed even though the workspace was not read back
 * @param publishTimeout after this long in closing a workspace that cannot be published is left as it is
 * @param firstRetry the wait after the first failure of a step; it doubles with each further one
 * @param lastRetry the longest wait between two attempts
 */
@Validated
@ConfigurationProperties("caprock.lifecycle")
record LifecycleSettings(
        @NotNull @DefaultValue("500ms") Duration poll,
        @NotNull @DefaultValue("15s") Duration lease,
        @NotNull @DefaultValue("3s") Duration heartbeat,
        @NotNull @DefaultValue("6s") Duration handOver,
        @Min(1) @Max(100_000) @DefaultValue("20000") int claims,
        @NotNull @DefaultValue("10m") Duration openingTimeout,
        @NotNull @DefaultValue("10m") Duration sandboxLease,
        @NotNull @DefaultValue("90s") Duration mintDeadline,
        @NotNull @DefaultValue("10s") Duration stopGrace,
        @NotNull @DefaultValue("30s") Duration stopTimeout,
        @NotNull @DefaultValue("105s") Duration flushTimeout,
        @NotNull @DefaultValue("125s") Duration verifyTimeout,
        @NotNull @DefaultValue("10m") Duration publishTimeout,
        @NotNull @DefaultValue("500ms") Duration firstRetry,
        @NotNull @DefaultValue("30s") Duration lastRetry) {

    /** What every provider grants in one call. */
    private static final Duration LONGEST_LEASE = Duration.ofHours(1);

    LifecycleSettings {
        Duration needed = flushTimeout.compareTo(verifyTimeout) > 0 ? flushTimeout : verifyTimeout;
        Duration shortest = needed.multipliedBy(3).dividedBy(2); // a third is used up before it is renewed
        if (sandboxLease.compareTo(shortest) < 0 || sandboxLease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("caprock.lifecycle.sandbox-lease must be from %s to %s but is %s"
                    .formatted(shortest, LONGEST_LEASE, sandboxLease));
        }
    }

    /** How long after a session began to close its sandbox may still be needed. */
    Duration room() {
        return flushTimeout.compareTo(verifyTimeout) > 0 ? flushTimeout : verifyTimeout;
    }

    /** The wait before the attempt that follows this many failures. */
    Duration backOff(int failures) {
        Duration wait = firstRetry.multipliedBy(1L << Math.min(failures, 20));
        return wait.compareTo(lastRetry) < 0 ? wait : lastRetry;
    }
}
