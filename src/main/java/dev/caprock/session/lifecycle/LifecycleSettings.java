package dev.caprock.session.lifecycle;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How sessions are moved. Every time is longer than nothing.
 *
 * @param poll how often a replica looks for what is due when nothing nudges it
 * @param lease how long a replica counts as alive after a heartbeat; another takes over no later than this after its death
 * @param heartbeat how often the lease is renewed; at most a third of it
 * @param handOver how long a replica that stops waits for calls under way before others take over from it; below the time that
 *     its process is given to end
 * @param claims how many sessions and runs one replica works on at once; 1 to 100000
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
 * @param lastRetry the longest wait between two attempts; at least {@code first-retry}
 */
@ConfigurationProperties("caprock.lifecycle")
record LifecycleSettings(
        @DefaultValue("500ms") Duration poll,
        @DefaultValue("15s") Duration lease,
        @DefaultValue("3s") Duration heartbeat,
        @DefaultValue("6s") Duration handOver,
        @DefaultValue("20000") int claims,
        @DefaultValue("10m") Duration openingTimeout,
        @DefaultValue("10m") Duration sandboxLease,
        @DefaultValue("90s") Duration mintDeadline,
        @DefaultValue("10s") Duration stopGrace,
        @DefaultValue("30s") Duration stopTimeout,
        @DefaultValue("105s") Duration flushTimeout,
        @DefaultValue("125s") Duration verifyTimeout,
        @DefaultValue("10m") Duration publishTimeout,
        @DefaultValue("500ms") Duration firstRetry,
        @DefaultValue("30s") Duration lastRetry) {

    /** What every provider grants in one call. */
    private static final Duration LONGEST_LEASE = Duration.ofHours(1);

    private static final int MOST_CLAIMS = 100_000;

    LifecycleSettings {
        positive("poll", poll);
        positive("lease", lease);
        positive("heartbeat", heartbeat);
        positive("hand-over", handOver);
        positive("opening-timeout", openingTimeout);
        positive("mint-deadline", mintDeadline);
        positive("stop-grace", stopGrace);
        positive("stop-timeout", stopTimeout);
        positive("flush-timeout", flushTimeout);
        positive("verify-timeout", verifyTimeout);
        positive("publish-timeout", publishTimeout);
        positive("first-retry", firstRetry);
        if (claims < 1 || claims > MOST_CLAIMS) {
            throw new IllegalArgumentException(
                    "caprock.lifecycle.claims must be from 1 to %d but is %d".formatted(MOST_CLAIMS, claims));
        }
        if (heartbeat.multipliedBy(3).compareTo(lease) > 0) {
            throw new IllegalArgumentException(
                    "caprock.lifecycle.heartbeat must be at most a third of caprock.lifecycle.lease, which is %s, but is %s"
                            .formatted(lease, heartbeat));
        }
        if (lastRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException(
                    "caprock.lifecycle.last-retry must be at least caprock.lifecycle.first-retry, which is %s, but is %s"
                            .formatted(firstRetry, lastRetry));
        }
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

    private static void positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.lifecycle.%s must be longer than nothing but is %s".formatted(key, value));
        }
    }
}
