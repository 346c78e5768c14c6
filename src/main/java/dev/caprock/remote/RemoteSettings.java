package dev.caprock.remote;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What guards every remote alike.
 *
 * @param connectTimeout how long a connection may take to open; past it the call counts as not sent
 * @param concurrentCalls how many calls to one remote may be under way at once; a further one is refused as busy, not queued
 * @param breaker when calls to a remote that fails are paused
 */
@ConfigurationProperties("caprock.remote")
public record RemoteSettings(
        @DefaultValue("PT5S") Duration connectTimeout,
        @DefaultValue("256") int concurrentCalls,
        @DefaultValue Breaker breaker) {

    /** What holds where nothing is configured. */
    static final RemoteSettings DEFAULTS =
            new RemoteSettings(Duration.ofSeconds(5), 256, new Breaker(50, 20, 50, Duration.ofSeconds(5), 5));

    public RemoteSettings {
        requirePositive("caprock.remote.connect-timeout", connectTimeout);
        requireBetween("caprock.remote.concurrent-calls", concurrentCalls, 1, 100_000);
    }

    /**
     * A refusal counts as a healthy answer; only busy and unknown ones count as failures.
     *
     * @param window how many of the latest calls are looked at
     * @param minimumCalls how many calls must have been seen before the breaker may open; at most {@code window}
     * @param failurePercent the share of failed calls, 1 to 100, that opens it
     * @param pause how long it stays open
     * @param trials how many calls may try the remote after the pause
     */
    public record Breaker(
            @DefaultValue("50") int window,
            @DefaultValue("20") int minimumCalls,
            @DefaultValue("50") int failurePercent,
            @DefaultValue("PT5S") Duration pause,
            @DefaultValue("5") int trials) {

        public Breaker {
            requireBetween("caprock.remote.breaker.window", window, 1, 10_000);
            requireBetween("caprock.remote.breaker.minimum-calls", minimumCalls, 1, window);
            requireBetween("caprock.remote.breaker.failure-percent", failurePercent, 1, 100);
            requirePositive("caprock.remote.breaker.pause", pause);
            requireBetween("caprock.remote.breaker.trials", trials, 1, 1_000);
        }
    }

    private static void requireBetween(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s must lie in %d..%d, not %d".formatted(key, least, most, value));
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("%s must be positive, not %s".formatted(key, value));
        }
    }
}
