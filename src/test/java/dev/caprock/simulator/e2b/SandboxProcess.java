package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Exit;
import dev.caprock.simulator.machine.MachineProcess;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A process that the daemon started, from its start until nobody may ask for its exit any more. */
final class SandboxProcess {

    private static final int CHUNK = 32 * 1024;
    private static final Duration EXIT_KEPT = Duration.ofSeconds(30);

    private final MachineProcess process;
    private final JsonNode config;
    private final @Nullable String tag;
    private final boolean stdin;
    private final Clock clock;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Exit exit;
    private @Nullable Instant exitedAt;

    SandboxProcess(MachineProcess process, JsonNode config, @Nullable String tag, boolean stdin, Clock clock) {
        this.process = process;
        this.config = config;
        this.tag = tag;
        this.stdin = stdin;
        this.clock = clock;
    }

    MachineProcess process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    JsonNode config() {
        return config;
    }

    @Nullable
    String tag() {
        return tag;
    }

    boolean takesInput() {
        return stdin;
    }

    /** Starts to deliver. Platform threads: a read of a pipe would hold a virtual thread's carrier. */
    void pump() {
        Thread errors = thread("stderr", () -> deliver("stderr", process.stderr()));
        thread("stdout", () -> {
            deliver("stdout", process.stdout());
            try {
                errors.join();
                finish(process.await());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Thread thread(String stream, Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .name("e2b-%s-%d".formatted(stream, pid()))
                .start(work);
    }

    private void deliver(String name, InputStream from) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
                var data = new ProcessEvent.Data(name, Arrays.copyOf(chunk, count));
                subscriptions.forEach(subscription -> subscription.put(data));
            }
        } catch (IOException e) {
            // the machine was killed
        }
    }

    private synchronized void finish(Exit how) {
        exit = how;
        exitedAt = clock.instant();
        subscriptions.forEach(subscription -> subscription.finish(new ProcessEvent.End(how)));
        over.countDown();
    }

    /** The sandbox goes away: listeners are told so, and hear nothing more. */
    void lose() {
        subscriptions.forEach(subscription -> subscription.finish(new ProcessEvent.Lost()));
        subscriptions.clear();
    }

    /** Kills the leader if it is not over in time. */
    void killAfter(Duration deadline) {
        Thread.ofVirtual().start(() -> {
            try {
                if (!over.await(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.kill();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    synchronized Subscription subscribe() {
        var subscription = new Subscription();
        if (exit != null) {
            subscription.finish(new ProcessEvent.End(exit));
        } else {
            subscriptions.add(subscription);
        }
        return subscription;
    }

    void unsubscribe(Subscription subscription) {
        subscriptions.remove(subscription);
        subscription.close();
    }

    synchronized boolean running() {
        return exit == null;
    }

    synchronized boolean forgotten() {
        return exitedAt != null && clock.instant().isAfter(exitedAt.plus(EXIT_KEPT));
    }
}
