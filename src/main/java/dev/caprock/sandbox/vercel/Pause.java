package dev.caprock.sandbox.vercel;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How we let time pass before we ask again. */
@FunctionalInterface
interface Pause {

    Pause REAL = duration -> {
        boolean never = new Semaphore(0).tryAcquire(duration.toNanos(), TimeUnit.NANOSECONDS);
    };

    void take(Duration duration) throws InterruptedException;
}
