package dev.caprock.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long what is over is kept. Each is from 1 day to 36500 days, which is as good as for ever.
 *
 * @param sessions how long a closed session can be read, with its runs and receipt; afterwards its id is 404. At least as long as
 *     {@code output}. What owes something outside is kept until it owes nothing
 * @param output how long the events and the output of a closed session are kept at least; afterwards reading them is 410. They go
 *     by whole months, so up to a month later, and no month goes before each of its sessions is closed for as long
 * @param audit how long audit records are kept after the end of the month that their session began in, and never shorter than the
 *     session itself; none keeps them for ever, and those without a session are kept for ever in any case. Signed statements
 *     say what is gone
 */
@ConfigurationProperties("caprock.retention")
record RetentionSettings(
        @DefaultValue("90d") Duration sessions,
        @DefaultValue("30d") Duration output,
        @Nullable Duration audit) {

    private static final Duration SHORTEST = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(36500);

    RetentionSettings {
        within("sessions", sessions);
        within("output", output);
        if (audit != null) {
            within("audit", audit);
        }
        if (sessions.compareTo(output) < 0) {
            throw new IllegalArgumentException(
                    "caprock.retention.sessions must be at least caprock.retention.output, which is %s, but is %s: nobody could read such output"
                            .formatted(output, sessions));
        }
    }

    /** What was over at this time is to go; never before the epoch, whose ids are the smallest. */
    static Instant before(Clock clock, Duration retention) {
        Instant before = clock.instant().minus(retention);
        return before.isBefore(Instant.EPOCH) ? Instant.EPOCH : before;
    }

    private static void within(String key, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "caprock.retention.%s must be from %s to %s but is %s".formatted(key, SHORTEST, LONGEST, value));
        }
    }
}
