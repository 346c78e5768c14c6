package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private volatile boolean apart;

    /** Starts a fault, once and for any sandbox unless told otherwise; {@link Rule#then} switches it on. */
    public Rule on(Operation... operations) {
        return new Rule(Set.of(operations), null, null, 1);
    }

    /** In sandboxes that are made from now on, what an ordinary user mounts is there only for the command that did. */
    public void keepCommandsApart() {
        apart = true;
    }

    /** Switches all faults off and lets stalled streams end. */
    public void clear() {
        faults.clear();
        apart = false;
        cleared.countDown();
        cleared = new CountDownLatch(1);
    }

    @Nullable
    Effect strike(Operation operation, @Nullable String sandbox, String command) {
        for (Fault fault : faults) {
            if (fault.rule().matches(operation, sandbox, command)
                    && fault.left().getAndDecrement() > 0) {
                return fault.effect();
            }
        }
        return null;
    }

    CountDownLatch cleared() {
        return cleared;
    }

    /** Marks a machine whose commands are kept apart. */
    AutoCloseable furnish(Path machine) throws IOException {
        if (apart) {
            Files.createFile(machine.resolve("run/apart"));
        }
        return () -> {};
    }

    /** Which requests a fault strikes, and how often. */
    public final class Rule {

        private final Set<Operation> operations;
        private final @Nullable String sandbox;
        private final @Nullable String text;
        private final int times;

        private Rule(Set<Operation> operations, @Nullable String sandbox, @Nullable String text, int times) {
            this.operations = operations;
            this.sandbox = sandbox;
            this.text = text;
            this.times = times;
        }

        /** @param name the sandbox's, also for requests to one of its sessions */
        public Rule sandbox(String name) {
            return new Rule(operations, name, text, times);
        }

        /**
         * Only requests about a command that has this text among its arguments: the one that starts it, and those that ask
         * for its output and its end.
         */
        public Rule containing(String wanted) {
            return new Rule(operations, sandbox, wanted, times);
        }

        public Rule times(int count) {
            return new Rule(operations, sandbox, text, count);
        }

        public Rule untilCleared() {
            return times(Integer.MAX_VALUE);
        }

        public void then(Effect effect) {
            faults.add(new Fault(this, effect, new AtomicInteger(times)));
        }

        private boolean matches(Operation operation, @Nullable String name, String command) {
            return operations.contains(operation)
                    && (sandbox == null || sandbox.equals(name))
                    && (text == null || command.contains(text));
        }
    }

    private record Fault(Rule rule, Effect effect, AtomicInteger left) {}
}
