package dev.caprock.session.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * How long this replica may believe that it is alive. It is judged by the monotonic clock, from before the heartbeat was
 * sent, so that a frozen process or a jumping wall clock never makes it last longer than the database thinks.
 */
@Component
class Lease {

    private final LongSupplier nanoTime;
    private volatile long heldUntil;
    private volatile boolean granted;
    private volatile boolean dropped;

    @Autowired
    Lease() {
        this(System::nanoTime);
    }

    Lease(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The monotonic time, to be taken before a heartbeat is sent and handed to {@link #renewed}. */
    long now() {
        return nanoTime.getAsLong();
    }

    void renewed(long sentAt, Duration length) {
        heldUntil = sentAt + length.toNanos();
        granted = true;
    }

    /** Gives it up: no call is started any more, whatever heartbeats are still under way. */
    void drop() {
        dropped = true;
    }

    /** Wants it again; it is held from the next heartbeat on. */
    void want() {
        granted = false;
        dropped = false;
    }

    /** Whether calls may be started. */
    boolean isHeld() {
        return !dropped && isAlive();
    }

    /** Whether nobody else counts this replica as dead yet, so that calls that were started may still be seen through. */
    boolean isAlive() {
        return granted && nanoTime.getAsLong() - heldUntil < 0;
    }
}
