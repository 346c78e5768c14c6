package dev.caprock.session.lifecycle;

import dev.caprock.journal.StandardStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Between the thread that reads a run's output and the one that stores it. It holds a bounded number of bytes: a slow
 * database slows the reader, which slows nothing but the copying out of the sandbox, for the agent prints to a file.
 */
final class OutputBuffer {

    private static final int LIMIT = 1024 * 1024;

    /** Bytes of one stream, in the order in which they arrived. */
    record Chunk(StandardStream stream, byte[] bytes) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Stretch> stretches = new ArrayList<>();
    private final LongSupplier nanoTime;
    private int size;
    private long oldest;
    private long oldestTaken;
    private boolean ended;
    private boolean poked;

    private record Stretch(StandardStream stream, ByteArrayOutputStream bytes) {}

    OutputBuffer() {
        this(System::nanoTime);
    }

    OutputBuffer(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Adds bytes; waits while the buffer is full. */
    void put(StandardStream stream, byte[] bytes) throws InterruptedException {
        long arrived = nanoTime.getAsLong();
        lock.lockInterruptibly();
        try {
            while (size >= LIMIT) {
                changed.await();
            }
            oldest = stretches.isEmpty() ? arrived : oldest;
            if (stretches.isEmpty() || stretches.getLast().stream() != stream) {
                stretches.add(new Stretch(stream, new ByteArrayOutputStream()));
            }
            stretches.getLast().bytes().writeBytes(bytes);
            size += bytes.length;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has a waiting {@link #take} return, though nothing came. */
    void poke() {
        lock.lock();
        try {
            poked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No more comes. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Everything there is now; waits for something, the end, a poke, or the time. Empty when the wait was for nothing. */
    List<Chunk> take(Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (stretches.isEmpty() && !ended && !poked && left > 0) {
                left = changed.awaitNanos(left);
            }
            poked = false;
            List<Chunk> taken = stretches.stream()
                    .map(stretch -> new Chunk(stretch.stream(), stretch.bytes().toByteArray()))
                    .toList();
            stretches.clear();
            size = 0;
            oldestTaken = oldest;
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** How long ago the oldest byte of what was taken last had arrived. */
    Duration waited() {
        lock.lock();
        try {
            return Duration.ofNanos(nanoTime.getAsLong() - oldestTaken);
        } finally {
            lock.unlock();
        }
    }

    /** Gathers for a moment, so that one transaction takes many small pieces; ends early when much has come. */
    void gather(Duration moment) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = moment.toNanos();
            while (size < LIMIT / 4 && !ended && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything has been taken and no more comes. */
    boolean isDrained() {
        lock.lock();
        try {
            return ended && stretches.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
