package dev.caprock.session.lifecycle;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.LongStream;

/** What this replica's part of the loop does. All of it is in memory. */
final class LoopMeters {

    private static final Duration[] BUCKETS = LongStream.of(
                    5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Timer lag;

    LoopMeters(MeterRegistry meters, Claimer claimer, Agenda agenda) {
        Gauge.builder("caprock.sessions.live", claimer, Claimer::sessions)
                .description("Sessions that this replica moves or follows now")
                .register(meters);
        Gauge.builder("caprock.followers.live", claimer, Claimer::followers)
                .description("Runs whose output this replica follows now")
                .register(meters);
        for (Place.Kind kind : Place.Kind.values()) {
            FunctionCounter.builder("caprock.agenda.takeovers", agenda, its -> its.takenOver(kind))
                    .description("Sessions and runs that this replica took over from a dead one")
                    .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
        lag = Timer.builder("caprock.journal.lag")
                .description("Time from the arrival of output at this replica to the commit that stores it")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    /** @param waited how long the oldest byte of what was just stored had been here */
    void stored(Duration waited) {
        lag.record(waited);
    }
}
