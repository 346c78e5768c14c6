package dev.caprock.session.web;

import dev.caprock.journal.Tail;
import dev.caprock.problem.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Those who read streams of this replica: no more than it is allowed to have, and none once it stops, which happens before anything
 * else of it does. Each has a virtual thread. One that does not read blocks that thread alone, until the server gives up on the
 * connection; no more than a page is kept for it.
 */
@Component
class Readers implements SmartLifecycle {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Runnable wake;
    private final int maximum;
    private final int maximumPerTenant;
    private final Map<String, Integer> byTenant = new ConcurrentHashMap<>();
    private final Semaphore places;
    private final ReaderMeters meters;
    private volatile boolean open;

    @Autowired
    Readers(Tail tail, EventSettings settings, MeterRegistry metrics) {
        this(tail::wake, settings, metrics);
    }

    /** @param wake ends the waits of all readers */
    Readers(Runnable wake, EventSettings settings, MeterRegistry metrics) {
        this.wake = wake;
        this.maximum = settings.maximumReaders();
        this.maximumPerTenant = settings.maximumReadersPerTenant();
        this.places = new Semaphore(maximum);
        this.meters = new ReaderMeters(metrics, this::present);
    }

    private int present() {
        return maximum - places.availablePermits();
    }

    /** A place, until it is closed. */
    interface Place extends AutoCloseable {

        @Override
        void close();
    }

    /** @throws Problem 503 when there is none, 429 when the tenant has its share */
    Place enter(String tenant) {
        if (!open || !places.tryAcquire()) {
            throw new Problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "too_many_readers",
                            "This replica has as many readers of streams as it may have.",
                            "Come back after the seconds that Retry-After names, or read pages of events.")
                    .retryAfter(PAUSE);
        }
        if (byTenant.merge(tenant, 1, Integer::sum) > maximumPerTenant) {
            leave(tenant);
            throw new Problem(
                            HttpStatus.TOO_MANY_REQUESTS,
                            "too_many_streams",
                            "Your tenant reads %d streams of this replica already, which is its share."
                                    .formatted(maximumPerTenant),
                            "End some, or read pages of events.")
                    .retryAfter(PAUSE);
        }
        return () -> leave(tenant);
    }

    private void leave(String tenant) {
        byTenant.computeIfPresent(tenant, (name, count) -> count == 1 ? null : count - 1);
        places.release();
    }

    ReaderMeters meters() {
        return meters;
    }

    /** Whether streams may go on. */
    boolean areWelcome() {
        return open;
    }

    @Override
    public void start() {
        open = true;
    }

    @Override
    public void stop() {
        open = false;
        wake.run();
    }

    @Override
    public boolean isRunning() {
        return open;
    }
}
