package dev.caprock.remote;

import java.time.Duration;

/**
 * How often something may be done.
 *
 * @param calls how many times, from 1
 * @param per in each period of this length
 */
public record Rate(int calls, Duration per) {

    public Rate {
        if (calls < 1 || !per.isPositive()) {
            throw new IllegalArgumentException("no rate: %d calls in %s".formatted(calls, per));
        }
    }
}
