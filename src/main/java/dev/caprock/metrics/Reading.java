package dev.caprock.metrics;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Something that was read from the database, for gauges to tell. They never wait for it: where it could not be read for too long, it
 * is unknown.
 */
public final class Reading<T> {

    private final Supplier<T> source;
    private final long kept;
    private final LongSupplier nanoTime;
    private volatile @Nullable Read<T> last;

    private record Read<T>(T value, long at) {}

    /** @param kept how long what was read is told, in nanoseconds */
    Reading(Supplier<T> source, long kept, LongSupplier nanoTime) {
        this.source = source;
        this.kept = kept;
        this.nanoTime = nanoTime;
    }

    /** A part of what was read; not a number while that is unknown. */
    public double tell(ToDoubleFunction<T> part) {
        Read<T> read = last;
        return read == null || nanoTime.getAsLong() - read.at() > kept ? Double.NaN : part.applyAsDouble(read.value());
    }

    void renew() {
        last = new Read<>(source.get(), nanoTime.getAsLong());
    }

    void forget() {
        last = null;
    }
}
