package dev.caprock.webhook;

import dev.caprock.id.PublicId;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Sends what is due, each on a thread of its own, at most so many at once. */
@Component
class Dispatcher implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private final Deliveries deliveries;
    private final Secrets secrets;
    private final Sender sender;
    private final Clock clock;
    private final WebhookMeters meters;
    private final int concurrentSends;
    private final Semaphore places;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean running;

    Dispatcher(
            Deliveries deliveries,
            Secrets secrets,
            Sender sender,
            WebhookSettings settings,
            Clock clock,
            WebhookMeters meters) {
        this.deliveries = deliveries;
        this.secrets = secrets;
        this.sender = sender;
        this.clock = clock;
        this.meters = meters;
        this.concurrentSends = settings.concurrentSends();
        this.places = new Semaphore(concurrentSends);
    }

    /** Has it look for what is due, soon. Never blocks; while it looks already, it looks once more. */
    void wake() {
        woken.set(true);
        if (running && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("webhook-dispatcher").start(this::look);
        }
    }

    private void look() {
        try {
            while (running && woken.getAndSet(false)) {
                places.acquire(); // whoever gives one back looks too
                places.release();
                deliveries.claim(places.availablePermits()).forEach(this::start);
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            log.warn("webhooks could not look for what is due; the recurring job looks again", failure);
        } finally {
            looking.set(false);
        }
        if (woken.get()) {
            wake();
        }
    }

    private void start(Claimed claimed) {
        places.acquireUninterruptibly();
        Thread.ofVirtual().name("webhook-delivery").start(() -> {
            try {
                deliver(claimed);
            } catch (RuntimeException failure) {
                log.warn(
                        "webhook delivery={} was cut off; it is sent again once its claim ends",
                        PublicId.DELIVERY.text(claimed.id()),
                        failure);
            } finally {
                wake(); // for what waited for this one, or for its place
                places.release();
            }
        });
    }

    private void deliver(Claimed claimed) {
        if (clock.instant().isAfter(claimed.beginBy())) {
            log.warn(
                    "webhook delivery={} could not be begun in time; it is sent once its claim ends",
                    PublicId.DELIVERY.text(claimed.id()));
            return;
        }
        List<byte[]> keys = secrets.open(claimed);
        if (!keys.isEmpty()) { // else the webhook was just deleted
            Answer answer = sender.send(claimed, keys);
            deliveries.record(claimed, answer);
            meters.attempted(answer);
        }
    }

    /** Whether nothing is under way. */
    boolean isIdle() {
        return !looking.get() && !woken.get() && places.availablePermits() == concurrentSends;
    }

    @Override
    public void start() {
        running = true;
    }

    /** Takes on nothing more. What is under way goes on while the rest of the replica stops; what that cuts off is sent again. */
    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
