package dev.caprock.session.lifecycle;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * Tells the threads of this replica to look now rather than at their next poll. Losing a nudge costs a poll, never a
 * wake-up: those are counted in the database.
 */
@Component
class Nudge {

    private final Semaphore due = new Semaphore(0);
    private final Map<Place, Holder> holders = new ConcurrentHashMap<>();

    /** Something may be due. */
    void due() {
        if (due.availablePermits() == 0) {
            due.release();
        }
    }

    /** A place was woken: its holder looks again, and so does the claimer. */
    void at(Place place) {
        Holder holder = holders.get(place);
        if (holder != null) {
            holder.look().run();
        }
        due();
    }

    /** All holders look again. */
    void everyone() {
        holders.values().forEach(holder -> holder.look().run());
    }

    /** Waits for a nudge, at most this long. */
    void await(Duration atMost) throws InterruptedException {
        boolean ignored = due.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
        due.drainPermits();
    }

    /** Has {@code look} called on each nudge at this place until {@link #unlisten}. */
    void listen(Claim claim, Runnable look) {
        holders.put(claim.place(), new Holder(claim, look));
    }

    /** Leaves a later claim of the same place alone. */
    void unlisten(Claim claim) {
        holders.computeIfPresent(
                claim.place(), (place, holder) -> holder.claim().equals(claim) ? null : holder);
    }

    private record Holder(Claim claim, Runnable look) {}
}
