package dev.caprock.simulator.e2b;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One listener to a process. It holds 64 events; then it blocks the process until somebody reads. */
final class Subscription {

    private static final int CAPACITY = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ProcessEvent> events = new ArrayDeque<>();
    private boolean closed;

    /** Hands over output, and waits while the listener is behind. */
    void put(ProcessEvent.Data data) {
        lock.lock();
        try {
            while (events.size() >= CAPACITY && !closed) {
                changed.awaitUninterruptibly();
            }
            add(data);
        } finally {
            lock.unlock();
        }
    }

    /** Hands over the last event, at once. */
    void finish(ProcessEvent last) {
        lock.lock();
        try {
            add(last);
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void add(ProcessEvent event) {
        if (!closed) {
            events.add(event);
            changed.signalAll();
        }
    }

    /** The listener has gone: whatever comes is dropped. */
    void close() {
        lock.lock();
        try {
            closed = true;
            events.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @return null if nothing came in time */
    @Nullable
    ProcessEvent take(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (events.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            ProcessEvent event = events.poll();
            changed.signalAll();
            return event;
        } finally {
            lock.unlock();
        }
    }

    static long nanos(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
