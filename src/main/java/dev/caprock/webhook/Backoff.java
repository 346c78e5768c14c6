package dev.caprock.webhook;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How long to wait after an attempt that failed: some dozen attempts in the day before giving up. */
final class Backoff {

    /** From the event, or its replay, until a delivery that fails is given up. */
    static final Duration LIMIT = Duration.ofDays(1);

    private static final Duration LONGEST_ASKED = Duration.ofHours(2);

    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2));

    private Backoff() {}

    /**
     * @param failures how many there were one after the other, at least 1
     * @param asked what the receiver asks for, heeded up to two hours; null where it asks for nothing
     * @param jitter from 0 to 1: spreads the pause between four fifths and six fifths, so that what failed together is not tried
     *     together
     */
    static Duration pause(int failures, @Nullable Duration asked, double jitter) {
        Duration usual = PAUSES.get(Math.min(failures, PAUSES.size()) - 1);
        var pause = Duration.ofMillis((long) (usual.toMillis() * (0.8 + 0.4 * jitter)));
        if (asked == null) {
            return pause;
        }
        Duration heeded = asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
        return heeded.compareTo(pause) > 0 ? heeded : pause;
    }
}
