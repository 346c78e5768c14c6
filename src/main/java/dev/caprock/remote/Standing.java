package dev.caprock.remote;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether something may be asked to be made at a remote now, as this replica knows it.
 *
 * @param breaker whether calls pass
 * @param busyFor how long not, at least; zero when it may be asked now
 * @param free how many may be asked for now; 0 while {@code busyFor} is not zero
 * @param reason why not, as part of a sentence; null when it may be asked now
 * @param brief whether the wait comes of our own rate alone, and is over within its period
 */
public record Standing(
        Breaker breaker,
        Duration busyFor,
        int free,
        @Nullable String reason,
        boolean brief) {

    /** A breaker's states. */
    public enum Breaker {
        /** All calls pass. */
        CLOSED,
        /** None but those that release. */
        OPEN,
        /** A few, to see whether the remote is well again. */
        HALF_OPEN;

        /** As callers read it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Something may be asked for now. */
    public static Standing free(Breaker breaker, int free) {
        return new Standing(breaker, Duration.ZERO, free, null, false);
    }

    static Standing busy(Breaker breaker, Duration wait, String reason) {
        return new Standing(breaker, wait, 0, reason, false);
    }

    static Standing slowed(Breaker breaker, Duration wait, String reason) {
        return new Standing(breaker, wait, 0, reason, true);
    }

    public boolean isUsable() {
        return reason == null;
    }

    /** Of two remotes that are both needed: the one that is waited for longer, or has less room. */
    public Standing and(Standing other) {
        if (busyFor.equals(other.busyFor())) {
            return free <= other.free() ? this : other;
        }
        return busyFor.compareTo(other.busyFor()) > 0 ? this : other;
    }
}
