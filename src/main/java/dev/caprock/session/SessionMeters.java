package dev.caprock.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What the facts of sessions add up to, on the replica that records them. Times are the database's, so a phase that one replica
 * began and another ended is measured all the same. Counted is what was committed; nothing here can fail a session.
 */
final class SessionMeters {

    private static final Logger log = LoggerFactory.getLogger(SessionMeters.class);

    /** From what a fast step takes to the longest run. */
    private static final Duration[] BUCKETS = Stream.of(
                    "0.1s", "0.25s", "0.5s", "1s", "2s", "5s", "10s", "20s", "30s", "1m", "2m", "5m", "10m", "30m",
                    "1h", "4h", "12h")
            .map(length -> Duration.parse("PT" + length))
            .toArray(Duration[]::new);

    private final MeterProvider<Timer> phases;
    private final MeterProvider<Timer> toAgent;
    private final MeterProvider<Counter> ended;
    private final MeterProvider<Counter> flushes;
    private final MeterProvider<Counter> lost;

    SessionMeters(MeterRegistry meters) {
        phases = Timer.builder("caprock.sessions.phase")
                .description("How long phases of sessions took")
                .serviceLevelObjectives(BUCKETS)
                .withRegistry(meters);
        toAgent = Timer.builder("caprock.sessions.to.agent")
                .description("Time from the acceptance of a session to its first agent's start")
                .serviceLevelObjectives(BUCKETS)
                .withRegistry(meters);
        ended = Counter.builder("caprock.sessions.ended")
                .description("Sessions that were closed")
                .withRegistry(meters);
        flushes = Counter.builder("caprock.sessions.flushes")
                .description("Mounts that ended, by whether all that was written was handed over")
                .withRegistry(meters);
        lost = Counter.builder("caprock.sandboxes.lost")
                .description("Sandboxes that ended by themselves before their session let go of them")
                .withRegistry(meters);
    }

    /** Counts facts as soon as they are committed. */
    void count(Session session, List<Fact> facts) {
        var counts = new ArrayList<Runnable>();
        try {
            facts.forEach(fact -> counts.addAll(counts(session, fact)));
        } catch (RuntimeException bug) {
            log.warn("session={} could not be measured", session.id(), bug);
        }
        if (!counts.isEmpty()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    counts.forEach(SessionMeters::quietly);
                }
            });
        }
    }

    private static void quietly(Runnable count) {
        try {
            count.run();
        } catch (RuntimeException bug) {
            log.warn("a session could not be measured", bug);
        }
    }

    /** With what is so now: the session goes on before it is committed. */
    private List<Runnable> counts(Session session, Fact fact) {
        String provider = session.provider();
        var counts = new ArrayList<Runnable>();
        Phase.endedBy(session, fact)
                .ifPresent(phase -> counts.add(() -> phases.withTags("phase", phase.name(), "provider", provider)
                        .record(phase.time())));
        if (Phase.isFlush(fact)) {
            String end = fact.type().equals("workspace.flushed") ? "clean" : "unclean";
            counts.add(() -> flushes.withTags("provider", provider, "end", end).increment());
        }
        switch (fact.type()) {
            case "run.started" -> started(session, fact, counts);
            case "sandbox.lost" ->
                counts.add(() -> lost.withTag("provider", provider).increment());
            case "session.status" -> ended(session, fact, counts);
            default -> {}
        }
        return counts;
    }

    private void ended(Session session, Fact fact, List<Runnable> counts) {
        if (!SessionStatus.CLOSED.text().equals(fact.data().get("status"))) {
            return;
        }
        String provider = session.provider();
        String outcome = Objects.requireNonNull(session.outcome()).text();
        String reason = session.detail() == null ? "none" : session.detail().code();
        counts.add(() -> ended.withTags("provider", provider, "outcome", outcome, "reason", reason)
                .increment());
    }

    /** Only of the first run, in the first sandbox: what comes later was not waited for from the start. */
    private void started(Session session, Fact fact, List<Runnable> counts) {
        Run run = session.run(Objects.requireNonNull(fact.run()));
        Instant start = run.startedAt();
        if (start != null
                && run.number() == 1
                && session.resources(ResourceKind.SANDBOX).size() == 1) {
            String provider = session.provider();
            Duration time = Duration.between(session.createdAt(), start);
            counts.add(() -> toAgent.withTag("provider", provider).record(time));
        }
    }
}
