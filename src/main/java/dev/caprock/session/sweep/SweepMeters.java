package dev.caprock.session.sweep;

import dev.caprock.metrics.Reading;
import dev.caprock.metrics.Readings;
import dev.caprock.session.ResourceKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Sweeps of this replica; and what the installation owes, and when it was last looked for. */
@Component
class SweepMeters {

    private static final List<Leak.Type> COUNTED = List.of(Leak.Type.RELEASE_OVERDUE, Leak.Type.UNEXPLAINED);

    private final MeterRegistry meters;
    private final Reading<Map<String, Double>> ages;

    SweepMeters(Leaks leaks, Swept swept, Readings readings, MeterRegistry meters) {
        this.meters = meters;
        this.ages = readings.of(swept::ages);
        Reading<Map<Leak.Type, Long>> owed = readings.of(leaks::count);
        for (Leak.Type type : COUNTED) {
            Gauge.builder("caprock.leaks", owed, read -> read.tell(all -> all.getOrDefault(type, 0L)))
                    .description("Sandboxes and credentials that are owed outside")
                    .tag("type", type.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }

    /** From the first on, so that an increase from nothing is seen. */
    void watch(String remote, ResourceKind kind) {
        TimeGauge.builder(
                        "caprock.sweep.age",
                        ages,
                        TimeUnit.SECONDS,
                        read -> read.tell(all -> all.getOrDefault(remote, Double.NaN)))
                .description("Time since a remote was last swept to the end")
                .tag("remote", remote)
                .register(meters);
        Counter ignored = finds(remote, kind);
        ignored = runs(remote, "done");
        ignored = runs(remote, "failed");
    }

    void ended(String remote, boolean done) {
        runs(remote, done ? "done" : "failed").increment();
    }

    void found(String remote, ResourceKind kind) {
        finds(remote, kind).increment();
    }

    private Counter runs(String remote, String outcome) {
        return Counter.builder("caprock.sweep.runs")
                .description("Sweeps of a remote")
                .tags("remote", remote, "outcome", outcome)
                .register(meters);
    }

    private Counter finds(String remote, ResourceKind kind) {
        return Counter.builder("caprock.sweep.finds")
                .description("Things that a sweep found and no session explains")
                .tags("remote", remote, "kind", kind.text())
                .register(meters);
    }
}
