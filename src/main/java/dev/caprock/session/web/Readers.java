package dev.caprock.session.web;

import dev.caprock.journal.Tail;
import dev.caprock.problem.Problem;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Those who read streams of this replica: no more than it is allowed to have, and none once it stops, which happens before anything
 * else of it does. Each has a virtual thread. One that does not read blocks that thread alone, until the server gives up on the
 * connection; nothing is kept for it.
 */
@Component
class Readers implements SmartLifecycle {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Tail tail;
    private final int maximum;
    private final Semaphore places;
    private volatile boolean open;

    Readers(Tail tail, EventSettings settings, MeterRegistry metrics) {
        this.tail = tail;
        this.maximum = settings.maximumReaders();
        this.places = new Semaphore(maximum);
        Gauge.builder("caprock.readers", this, Readers::present)
                .description("Streams of events and outputs that this replica writes")
                .register(metrics);
    }

    private int present() {
        return maximum - places.availablePermits();
    }

    /** A place, until it is closed. */
    interface Place extends AutoCloseable {

        @Override
        void close();
    }

    /** @throws Problem 503 when there is none */
    Place enter() {
        if (!open || !places.tryAcquire()) {
            throw new Problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "too_many_readers",
                            "This replica has as many readers of streams as it may have.",
                            "Come back after the seconds that Retry-After names, or read pages of events.")
                    .retryAfter(PAUSE);
        }
        return places::release;
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
        tail.wake();
    }

    @Override
    public boolean isRunning() {
        return open;
    }
}
