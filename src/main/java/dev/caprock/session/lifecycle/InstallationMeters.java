package dev.caprock.session.lifecycle;

import dev.caprock.metrics.Reading;
import dev.caprock.metrics.Readings;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.Hold;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionQueue.Crowd;
import dev.caprock.session.SessionStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Sessions and replicas of the whole installation: every replica tells the same. */
@Component
class InstallationMeters {

    /** Sessions of providers that are no longer configured, which nobody can move. */
    private static final String OTHER = "other";

    /** Those that a session is meant to leave soon. */
    private static final Set<SessionStatus> PASSING =
            EnumSet.of(SessionStatus.QUEUED, SessionStatus.OPENING, SessionStatus.CLOSING);

    private final MeterRegistry meters;
    private final Set<String> providers;
    private final Reading<List<Crowd>> crowds;

    InstallationMeters(
            Providers configured, SessionQueue queue, Agenda agenda, Readings readings, MeterRegistry meters) {
        this.meters = meters;
        this.providers = configured.names();
        this.crowds = readings.of(queue::crowds);
        var all = new TreeSet<>(providers);
        all.add(OTHER);
        all.forEach(this::register);
        Reading<Long> alive = readings.of(agenda::replicas);
        Gauge.builder("caprock.replicas", alive, read -> read.tell(Long::doubleValue))
                .description("Replicas whose lease runs")
                .register(meters);
    }

    private void register(String provider) {
        EnumSet.complementOf(EnumSet.of(SessionStatus.CLOSED)).forEach(status -> number(provider, status));
        PASSING.forEach(status -> longest(provider, status));
        waiting(provider, null);
        for (Hold hold : Hold.values()) {
            waiting(provider, hold);
        }
    }

    private void number(String provider, SessionStatus status) {
        Gauge.builder("caprock.sessions", crowds, read -> number(read, of(provider, status)))
                .description("Sessions that are not closed")
                .tags("provider", provider, "status", status.text())
                .register(meters);
    }

    private void longest(String provider, SessionStatus status) {
        Predicate<Crowd> which = of(provider, status);
        TimeGauge.builder("caprock.sessions.longest", crowds, TimeUnit.SECONDS, read -> longest(read, which))
                .description("For how long the session that has been longest in a status has been in it")
                .tags("provider", provider, "status", status.text())
                .register(meters);
    }

    private void waiting(String provider, @Nullable Hold hold) {
        Predicate<Crowd> which = of(provider, SessionStatus.QUEUED).and(crowd -> crowd.heldBy() == hold);
        Gauge.builder("caprock.queue.waiting", crowds, read -> number(read, which))
                .description("Queued sessions, by what they wait for")
                .tags("provider", provider, "reason", hold == null ? "provider" : hold.text())
                .register(meters);
    }

    private Predicate<Crowd> of(String provider, SessionStatus status) {
        return crowd -> crowd.status() == status
                && (provider.equals(OTHER) ? !providers.contains(crowd.provider()) : provider.equals(crowd.provider()));
    }

    private static double number(Reading<List<Crowd>> read, Predicate<Crowd> which) {
        return read.tell(
                all -> all.stream().filter(which).mapToLong(Crowd::sessions).sum());
    }

    private static double longest(Reading<List<Crowd>> read, Predicate<Crowd> which) {
        return read.tell(all -> all.stream()
                .filter(which)
                .mapToDouble(crowd -> crowd.longest().toMillis() / 1000.0)
                .max()
                .orElse(0));
    }
}
