package dev.caprock.session.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;

/** How many read streams of this replica, what they were sent, and why streams ended before their end. */
final class ReaderMeters {

    private final Counter events;
    private final Map<Cut, Counter> cuts = new EnumMap<>(Cut.class);

    /** Why a stream ended before its end. */
    enum Cut {
        /** The reader took nothing for as long as the server waits. */
        SLOW,
        /** Its connection was closed or broke. */
        GONE,
        /** This replica stops; the reader is told to go on at another. */
        STOPPING;

        /** Why writing to a reader failed. */
        static Cut of(IOException failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof SocketTimeoutException) {
                    return SLOW;
                }
            }
            return GONE;
        }
    }

    ReaderMeters(MeterRegistry meters, IntSupplier present) {
        Gauge.builder("caprock.readers", present, IntSupplier::getAsInt)
                .description("Streams of events and outputs that this replica writes")
                .strongReference(true)
                .register(meters);
        events = Counter.builder("caprock.readers.events")
                .description("Events that were written to readers of streams")
                .register(meters);
        for (Cut cut : Cut.values()) {
            cuts.put(
                    cut,
                    Counter.builder("caprock.readers.cut")
                            .description("Streams of events and outputs that ended before their end")
                            .tag("reason", cut.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    void sent(long number) {
        events.increment(number);
    }

    void cut(Cut why) {
        Objects.requireNonNull(cuts.get(why)).increment();
    }
}
