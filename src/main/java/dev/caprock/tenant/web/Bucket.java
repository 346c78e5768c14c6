package dev.caprock.tenant.web;

import java.time.Clock;
import java.time.Duration;

/** A bucket of requests that fills up at an even rate. Not for several threads at once. */
final class Bucket {

    /**
     * What became of a request.
     *
     * @param granted whether it may go on
     * @param left how many more may at once
     * @param more how long until one more may; at least a second
     */
    record Answer(boolean granted, long left, Duration more) {}

    private final Clock clock;
    private final int perSecond;
    private final int burst;
    private double filled;
    private long at;

    Bucket(Clock clock, int perSecond, int burst) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.burst = burst;
        this.filled = burst;
        this.at = clock.millis();
    }

    Answer take() {
        long now = clock.millis();
        double since = Math.max(0, now - at); // a clock that was set back fills nothing
        at = now;
        filled = Math.min(burst, filled + since * perSecond / 1000);
        boolean granted = filled >= 1;
        if (granted) {
            filled--;
        }
        double missing = Math.floor(filled) + 1 - filled;
        long wait = (long) Math.ceil(missing / perSecond); // whole seconds, as the headers have them
        return new Answer(granted, (long) filled, Duration.ofSeconds(Math.max(1, wait)));
    }
}
