package dev.caprock.session;

import dev.caprock.id.Ids;
import java.time.Clock;
import java.util.UUID;

/** Counts instead of drawing lots, so that a test makes the same ids each time. */
public final class CountedIds extends Ids {

    private long count;

    public CountedIds() {
        super(Clock.systemUTC());
    }

    @Override
    public UUID next() {
        return new UUID(0x7000, ++count);
    }
}
