package dev.caprock.remote;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How many calls may be under way at once: some for what creates, some for work, some kept for what looks and releases. */
final class Shares {

    private final Bulkhead creates;
    private final Bulkhead work;
    private final Bulkhead releases;

    Shares(String remote, RemoteSettings settings, BulkheadRegistry registry) {
        work = registry.bulkhead(remote, config(settings.concurrentCalls()));
        creates = registry.bulkhead(remote + "-creates", config(settings.concurrentCreates()));
        releases = registry.bulkhead(remote + "-releases", config(settings.reservedCalls()));
    }

    private static BulkheadConfig config(int calls) {
        return BulkheadConfig.custom()
                .maxConcurrentCalls(calls)
                .maxWaitDuration(Duration.ZERO)
                .build();
    }

    /** A place, to be given back by {@link Bulkhead#onComplete}; empty when there is none. Never waits. */
    Optional<Bulkhead> take(Purpose purpose) {
        List<Bulkhead> mayUse = switch (purpose) {
            case CREATE -> List.of(creates);
            case WORK -> List.of(work);
            case LOOK -> List.of(work, releases);
            case RELEASE -> List.of(releases, work);
        };
        return mayUse.stream().filter(Bulkhead::tryAcquirePermission).findFirst();
    }

    int freeForCreates() {
        return Math.max(0, creates.getMetrics().getAvailableConcurrentCalls());
    }
}
