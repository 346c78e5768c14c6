package dev.caprock.simulator.mesa;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds back whatever comes to it until it is opened; nothing is held for more than a minute. */
public final class Gate implements AutoCloseable {
    private static final long LONGEST_SECONDS = 60;

    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    /** Waits until something stands at the gate; false if nothing came within ten seconds. */
    public boolean awaitArrival() throws InterruptedException {
        return arrived.await(10, TimeUnit.SECONDS);
    }

    /** Lets everything through, now and later. */
    public void open() {
        opened.countDown();
    }

    @Override
    public void close() {
        open();
    }

    void pass() {
        arrived.countDown();
        try {
            opened.await(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
