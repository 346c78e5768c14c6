package dev.caprock.session.lifecycle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The life of one replica, known to every thread that it starts. It counts the steps that the replica takes, and ends or
 * stands still at the one that its crash names. What is dead gets nothing from the database and sends nothing.
 */
final class Life {

    private static final InheritableThreadLocal<@Nullable Life> CURRENT = new InheritableThreadLocal<>();
    private static final InheritableThreadLocal<@Nullable String> ACTION = new InheritableThreadLocal<>();

    private final DataSource database;
    private final Crash crash;
    private final Map<Exchange, Crash.Answer> losses;
    private final Map<Step, Integer> begun = new LinkedHashMap<>();
    private final Map<Step, Integer> taken = new LinkedHashMap<>();
    private final CompletableFuture<Void> struck = new CompletableFuture<>();
    private final CountDownLatch thaw = new CountDownLatch(1);
    private volatile boolean awaitsRecord;
    private volatile boolean dead;
    private volatile boolean frozen;

    /** An exchange that a story loses in every life: of this action and this remote's word. */
    record Exchange(String action, String what, int number) {}

    /** @param losses what comes of exchanges that a crash does not name; a number of 0 means each time */
    Life(DataSource database, Crash crash, Map<Exchange, Crash.Answer> losses) {
        this.database = database;
        this.crash = crash;
        this.losses = losses;
    }

    /** Null on a thread of no replica. */
    static @Nullable Life current() {
        return CURRENT.get();
    }

    /** What this thread works on; null when that is no action. */
    static @Nullable String action() {
        return ACTION.get();
    }

    /** Says what this thread, and those that it starts, work on from now. */
    static void beginAction(String action) {
        ACTION.set(action);
    }

    /** Has the work, and each thread that it starts, belong to this replica. */
    <T extends @Nullable Object> T lead(Supplier<T> work) {
        Life before = CURRENT.get();
        CURRENT.set(this);
        try {
            return work.get();
        } finally {
            CURRENT.set(before);
        }
    }

    DataSource database() {
        return database;
    }

    boolean isDead() {
        return dead;
    }

    /** Waits while it stands still. False when it is dead. */
    boolean goesOn() {
        if (frozen) {
            try {
                thaw.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return !dead;
    }

    /** Takes a step: it may not get there. Which time it is. */
    int before(Step step) {
        int number = count(begun, step);
        if (crash.side() == Crash.Side.BEFORE && crash.concerns(step, number)) {
            strike();
        }
        return number;
    }

    /** What is to come of an exchange. */
    Crash.Answer answer(Step step, int number) {
        if (crash.concerns(step, number)) {
            return crash.answer();
        }
        return losses.entrySet().stream()
                .filter(loss -> loss.getKey().action().equals(step.action())
                        && step.what().contains(loss.getKey().what())
                        && (loss.getKey().number() == 0 || loss.getKey().number() == number))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Crash.Answer.DONE);
    }

    /** The step was taken; it may be the last one. */
    void after(Step step) {
        after(step, count(taken, step));
    }

    void after(Step step, int number) {
        if (crash.side() == Crash.Side.BEFORE) {
            return;
        }
        if (crash.concerns(step, number)) {
            awaitsRecord = true;
            if (crash.moment() == Crash.Moment.AT_ONCE) {
                strike();
            }
        } else if (awaitsRecord
                && step.kind() == Step.Kind.COMMIT
                && step.action().equals(crash.step().action())) {
            strike();
        }
    }

    private static int count(Map<Step, Integer> steps, Step step) {
        synchronized (steps) {
            return steps.merge(step, 1, Integer::sum);
        }
    }

    private void strike() {
        if (struck.isDone()) {
            return;
        }
        if (crash.manner() == Crash.Manner.FREEZES) {
            frozen = true;
        } else {
            dead = true;
        }
        struck.complete(null);
        boolean ignored = goesOn();
    }

    /** Completed when it dies or stands still. */
    CompletableFuture<Void> struck() {
        return struck;
    }

    void thaw() {
        frozen = false;
        thaw.countDown();
    }

    void end() {
        dead = true;
        thaw();
    }

    /** The steps that it took, and how often, in the order of their beginnings. */
    Map<Step, Integer> begun() {
        synchronized (begun) {
            return new LinkedHashMap<>(begun);
        }
    }
}
