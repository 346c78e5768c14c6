package dev.caprock.remote;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What guards every remote alike, and where one of them differs. How long an answer may take is a setting of who asks.
 *
 * @param connectTimeout how long a connection may take to open; past it the call counts as not sent
 * @param concurrentCalls how many calls to one remote may be under way at once, apart from the two shares below; a further
 *     one is refused as busy, not queued
 * @param concurrentCreates how many calls that create may be under way at once
 * @param reservedCalls how many more calls may be under way at once that look or release
 * @param rest how long nothing is created after a remote was full and did not say for how long; twice as long each further
 *     time, up to 16 times
 * @param longestHold how much of a remote's {@code Retry-After} is heeded at most
 * @param traceContext whether a call bears the header {@code traceparent}, so that who runs the remote can find it by the id of its trace:
 *     random digits, which say no more than the tags that everything made there bears anyway
 * @param breaker when calls to a remote that fails are paused
 * @param own what differs for one remote, by its name as in {@code /actuator/health}
 */
@ConfigurationProperties("caprock.remote")
public record RemoteSettings(
        @DefaultValue("PT5S") Duration connectTimeout,
        @DefaultValue("256") int concurrentCalls,
        @DefaultValue("64") int concurrentCreates,
        @DefaultValue("64") int reservedCalls,
        @DefaultValue("PT2S") Duration rest,
        @DefaultValue("PT5M") Duration longestHold,
        @DefaultValue("true") boolean traceContext,
        @DefaultValue Breaker breaker,
        @DefaultValue Map<String, Own> own) {

    /** What holds where nothing is configured. */
    static final RemoteSettings DEFAULTS = new RemoteSettings(
            Duration.ofSeconds(5),
            256,
            64,
            64,
            Duration.ofSeconds(2),
            Duration.ofMinutes(5),
            true,
            new Breaker(50, 20, 50, Duration.ofSeconds(20), 80, Duration.ofSeconds(5), 5),
            Map.of());

    private static final String ROOM = "caprock.remote.";

    public RemoteSettings {
        requirePositive(ROOM + "connect-timeout", connectTimeout);
        requireBetween(ROOM + "concurrent-calls", concurrentCalls, 1, 100_000);
        requireBetween(ROOM + "concurrent-creates", concurrentCreates, 1, 100_000);
        requireBetween(ROOM + "reserved-calls", reservedCalls, 1, 100_000);
        requirePositive(ROOM + "rest", rest);
        requirePositive(ROOM + "longest-hold", longestHold);
        own = Map.copyOf(own);
    }

    /** What holds for one remote. */
    RemoteSettings of(String remote) {
        Own its = own.get(remote);
        return its == null
                ? this
                : new RemoteSettings(
                        Objects.requireNonNullElse(its.connectTimeout(), connectTimeout),
                        Objects.requireNonNullElse(its.concurrentCalls(), concurrentCalls),
                        Objects.requireNonNullElse(its.concurrentCreates(), concurrentCreates),
                        Objects.requireNonNullElse(its.reservedCalls(), reservedCalls),
                        rest,
                        longestHold,
                        traceContext,
                        Objects.requireNonNullElse(its.breaker(), breaker),
                        own);
    }

    /** How often something may be made there: as configured, or else as the remote's own room knows; null for any. */
    @Nullable
    Rate creates(String remote, @Nullable Rate known) {
        Own its = own.get(remote);
        return its == null || its.createsPerSecond() == null
                ? known
                : new Rate(its.createsPerSecond(), Duration.ofSeconds(1));
    }

    /**
     * A refusal counts as a healthy answer, and a 429 not at all; only other busy and unknown ones count as failures.
     *
     * @param window how many of the latest calls are looked at
     * @param minimumCalls how many calls must have been seen before the breaker may open; at most {@code window}
     * @param failurePercent the share of failed calls, 1 to 100, that opens it
     * @param slowCall how long a call may take before it counts as slow
     * @param slowPercent the share of slow calls, 1 to 100, that opens it
     * @param pause how long it stays open
     * @param trials how many calls may try the remote after the pause
     */
    public record Breaker(
            @DefaultValue("50") int window,
            @DefaultValue("20") int minimumCalls,
            @DefaultValue("50") int failurePercent,
            @DefaultValue("PT20S") Duration slowCall,
            @DefaultValue("80") int slowPercent,
            @DefaultValue("PT5S") Duration pause,
            @DefaultValue("5") int trials) {

        public Breaker {
            requireBetween(ROOM + "breaker.window", window, 1, 10_000);
            requireBetween(ROOM + "breaker.minimum-calls", minimumCalls, 1, window);
            requireBetween(ROOM + "breaker.failure-percent", failurePercent, 1, 100);
            requirePositive(ROOM + "breaker.slow-call", slowCall);
            requireBetween(ROOM + "breaker.slow-percent", slowPercent, 1, 100);
            requirePositive(ROOM + "breaker.pause", pause);
            requireBetween(ROOM + "breaker.trials", trials, 1, 1_000);
        }
    }

    /**
     * What differs for one remote; null where nothing does.
     *
     * @param createsPerSecond how often something may be made there, in place of what is known of the remote; 1 to 10000
     * @param breaker in place of the common one as a whole: what is left out has the default
     */
    public record Own(
            @Nullable Duration connectTimeout,
            @Nullable Integer concurrentCalls,
            @Nullable Integer concurrentCreates,
            @Nullable Integer reservedCalls,
            @Nullable Integer createsPerSecond,
            @Nullable Breaker breaker) {

        public Own {
            String each = ROOM + "own.*.";
            if (connectTimeout != null) {
                requirePositive(each + "connect-timeout", connectTimeout);
            }
            requireCount(each + "concurrent-calls", concurrentCalls, 100_000);
            requireCount(each + "concurrent-creates", concurrentCreates, 100_000);
            requireCount(each + "reserved-calls", reservedCalls, 100_000);
            requireCount(each + "creates-per-second", createsPerSecond, 10_000);
        }
    }

    private static void requireCount(String key, @Nullable Integer value, int most) {
        if (value != null) {
            requireBetween(key, value, 1, most);
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
