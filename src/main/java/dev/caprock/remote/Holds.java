package dev.caprock.remote;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * Until when a remote wants to be left alone, so that one caller who is told so tells all others. What it says to a create by
 * a 429 holds creates alone, since providers count each route by itself; anything else holds all but what releases.
 *
 * <p>One that is full often does not say for how long. Then creates rest, twice as long each time, until something was
 * released; and from then on one at a time asks again until one succeeds.
 */
final class Holds {

    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;

    /** Rests are doubled so often. */
    private static final int DOUBLINGS = 4;

    private final Duration rest;
    private final Duration longest;
    private final Clock clock;
    private final Map<Purpose, Instant> until = new EnumMap<>(Purpose.class);
    private Instant restUntil = Instant.MIN;
    private int inVain;
    private long count;

    /**
     * @param rest how long creates are held when the remote does not say how long it is busy
     * @param longest no more of what it asks for is heeded
     */
    Holds(Duration rest, Duration longest, Clock clock) {
        this.rest = rest;
        this.longest = longest;
        this.clock = clock;
    }

    /** Reads what a remote answered to a call of this purpose. */
    synchronized void heed(Purpose told, RemoteFailure.Busy busy) {
        if (busy.status() != TOO_MANY && busy.status() != UNAVAILABLE) {
            return; // it did not answer, or speaks of one sandbox alone
        }
        count++;
        Duration asked = busy.retryAfter();
        if (asked == null) {
            if (told == Purpose.CREATE) {
                restUntil = clock.instant().plus(rest.multipliedBy(1L << Math.min(inVain, DOUBLINGS)));
                inVain++;
            }
            return;
        }
        boolean alone = told == Purpose.CREATE && busy.status() == TOO_MANY;
        for (Purpose each : Purpose.values()) {
            boolean held = alone ? each == told : each != Purpose.RELEASE || told == Purpose.RELEASE;
            if (held) {
                hold(each, asked.compareTo(longest) < 0 ? asked : longest);
            }
        }
    }

    private void hold(Purpose purpose, Duration time) {
        until.merge(purpose, clock.instant().plus(time), (one, other) -> one.isAfter(other) ? one : other);
    }

    /** A call of this purpose succeeded. */
    synchronized void succeeded(Purpose purpose) {
        if (purpose == Purpose.CREATE) {
            inVain = 0;
        } else if (purpose == Purpose.RELEASE) {
            restUntil = Instant.MIN;
        }
    }

    /** Whether the remote was full when it was asked last. */
    synchronized boolean isDoubtful() {
        return inVain > 0;
    }

    /** How often the remote said that it is full, or is to be left alone. */
    synchronized long count() {
        return count;
    }

    /** How long calls of this purpose are held; zero when they are not. */
    synchronized Duration left(Purpose purpose) {
        Instant now = clock.instant();
        Instant end = until.getOrDefault(purpose, Instant.MIN);
        if (purpose == Purpose.CREATE && restUntil.isAfter(end)) {
            end = restUntil;
        }
        return end.isAfter(now) ? Duration.between(now, end) : Duration.ZERO;
    }
}
