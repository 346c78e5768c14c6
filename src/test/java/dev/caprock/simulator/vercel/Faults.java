package dev.caprock.simulator.vercel;

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
        return new Rule(Set.of(operations), null, 1);
    }

    /** Switches all faults off and lets stalled streams end. */
    public void clear() {
        faults.clear();
        cleared.countDown();
        cleared = new CountDownLatch(1);
    }

    @Nullable
    Effect strike(Operation operation, @Nullable String sandbox) {
        for (Fault fault : faults) {
            if (fault.rule().matches(operation, sandbox) && fault.left().getAndDecrement() > 0) {
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
        private final @Nullable String sandbox;
        private final int times;

        private Rule(Set<Operation> operations, @Nullable String sandbox, int times) {
            this.operations = operations;
            this.sandbox = sandbox;
            this.times = times;
        }

        /** @param name the sandbox's, also for requests to one of its sessions */
        public Rule sandbox(String name) {
            return new Rule(operations, name, times);
        }

        public Rule times(int count) {
            return new Rule(operations, sandbox, count);
        }

        public Rule untilCleared() {
            return times(Integer.MAX_VALUE);
        }

        public void then(Effect effect) {
            faults.add(new Fault(this, effect, new AtomicInteger(times)));
        }

        private boolean matches(Operation operation, @Nullable String name) {
            return operations.contains(operation) && (sandbox == null || sandbox.equals(name));
        }
    }

    private record Fault(Rule rule, Effect effect, AtomicInteger left) {}
}
