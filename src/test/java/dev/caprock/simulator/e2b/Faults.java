package dev.caprock.simulator.e2b;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The faults that a test has switched on. The first that matches a request strikes it, alone. */
public final class Faults {

    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch cleared = new CountDownLatch(1);

    /** Starts a fault, once and for any sandbox unless told otherwise; {@link Rule#then} switches it on. */
    public Rule on(Operation... operations) {
        return new Rule(Set.of(operations), null, null, 1);
    }

    /** Switches all faults off and lets stalled streams end. */
    public void clear() {
        faults.clear();
        cleared.countDown();
        cleared = new CountDownLatch(1);
    }

    @Nullable
    Effect strike(Operation operation, Call call) {
        for (Fault fault : faults) {
            if (fault.rule().matches(operation, call) && fault.left().getAndDecrement() > 0) {
                return fault.effect();
            }
        }
        return null;
    }

    CountDownLatch cleared() {
        return cleared;
    }

    /** Which requests a fault strikes, and how often. */
    public final class Rule {

        private final Set<Operation> operations;
        private final @Nullable String sandboxId;
        private final @Nullable String text;
        private final int times;

        private Rule(Set<Operation> operations, @Nullable String sandboxId, @Nullable String text, int times) {
            this.operations = operations;
            this.sandboxId = sandboxId;
            this.text = text;
            this.times = times;
        }

        public Rule sandbox(String id) {
            return new Rule(operations, id, text, times);
        }

        /** Only requests whose body holds this text: a command is told by what it runs. */
        public Rule containing(String wanted) {
            return new Rule(operations, sandboxId, wanted, times);
        }

        public Rule times(int count) {
            return new Rule(operations, sandboxId, text, count);
        }

        public Rule untilCleared() {
            return times(Integer.MAX_VALUE);
        }

        public void then(Effect effect) {
            faults.add(new Fault(this, effect, new AtomicInteger(times)));
        }

        private boolean matches(Operation operation, Call call) {
            return operations.contains(operation)
                    && (sandboxId == null || sandboxId.equals(call.sandboxId()))
                    && (text == null || new String(call.body(), StandardCharsets.UTF_8).contains(text));
        }
    }

    private record Fault(Rule rule, Effect effect, AtomicInteger left) {}
}
