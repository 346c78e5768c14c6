package dev.caprock.session.lifecycle;

import dev.caprock.id.PublicId;
import dev.caprock.trace.LogFields;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves one claimed session until it has to wait, on a virtual thread of its own; its calls run on further ones. */
final class Mover implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Mover.class);

    /** After an unexpected failure, for example of the database. */
    private static final Duration REST = Duration.ofSeconds(5);

    private final Claim claim;
    private final Desk desk;
    private final Calls calls;
    private final Agenda agenda;
    private final Lease lease;
    private final LifecycleSettings settings;
    private final Set<UUID> busy = ConcurrentHashMap.newKeySet();
    private final Semaphore changed = new Semaphore(0);
    private volatile @Nullable String trace;

    Mover(Claim claim, Desk desk, Calls calls, Agenda agenda, Lease lease, LifecycleSettings settings) {
        this.claim = claim;
        this.desk = desk;
        this.calls = calls;
        this.agenda = agenda;
        this.lease = lease;
        this.settings = settings;
    }

    /** Looks again, now. Safe from every thread. */
    void look() {
        changed.release();
    }

    @Override
    public void run() {
        try {
            move();
            seeThrough();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            try (var named = named()) {
                log.error("session={} could not be moved; it is looked at again in {}", claim.id(), REST, failure);
                rest();
            }
        }
    }

    private void move() throws InterruptedException {
        while (lease.isHeld()) {
            changed.drainPermits();
            var underWay = Set.copyOf(busy); // before reading: a call that ends in between still counts as under way
            Optional<Desk.Picture> picture = desk.read(claim);
            if (picture.isEmpty() || handled(picture.get(), underWay)) {
                return;
            }
        }
    }

    /** A replica that stops starts no further call, but records what comes of those under way before it hands over. */
    private void seeThrough() throws InterruptedException {
        while (!busy.isEmpty() && lease.isAlive()) {
            boolean ignored = changed.tryAcquire(settings.heartbeat().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private LogFields named() {
        var fields = new HashMap<String, @Nullable String>();
        fields.put("session", PublicId.SESSION.text(claim.id()));
        fields.put(LogFields.TRACE, trace);
        return new LogFields(fields);
    }

    /** Takes the next step. True when the session is let go of. */
    private boolean handled(Desk.Picture seen, Set<UUID> underWay) throws InterruptedException {
        trace = seen.session().trace().traceId();
        return switch (Decisions.next(seen.session(), underWay, seen.capacity(), settings, seen.now())) {
            case Next.Done() -> agenda.finish(claim, seen.wakes());
            case Next.Wait(Instant until) -> {
                if (underWay.isEmpty()) {
                    agenda.release(claim, until, seen.wakes());
                    yield true;
                }
                await(seen, until);
                yield false;
            }
            case Next.Act(List<Action> actions, Instant until) -> {
                if (act(seen, actions)) {
                    await(seen, until);
                }
                yield false;
            }
        };
    }

    /** True when calls are under way, so that there is something to wait for. */
    private boolean act(Desk.Picture seen, List<Action> actions) {
        List<Action.Move> moves = actions.stream()
                .filter(Action.Move.class::isInstance)
                .map(Action.Move.class::cast)
                .toList();
        if (!moves.isEmpty()) {
            calls.move(claim, seen, moves); // decided again, whatever came of it
            return false;
        }
        for (Action action : actions) {
            if (!start(seen, (Action.Call) action)) {
                return false;
            }
        }
        return true;
    }

    private boolean start(Desk.Picture seen, Action.Call call) {
        Optional<Runnable> work = lease.isHeld() ? calls.intend(claim, seen, call) : Optional.empty();
        work.ifPresent(doIt -> {
            busy.add(call.subject());
            Thread.ofVirtual()
                    .name(call.getClass().getSimpleName() + " " + claim.id())
                    .start(() -> {
                        try {
                            doIt.run();
                        } catch (RuntimeException failure) {
                            try (var named = named()) {
                                log.error("session={} the outcome of {} was not recorded", claim.id(), call, failure);
                            }
                        } finally {
                            busy.remove(call.subject());
                            changed.release();
                        }
                    });
        });
        return work.isPresent();
    }

    /** Waits until a call ends, the session is woken, here or elsewhere, or a time comes. */
    private void await(Desk.Picture seen, Instant until) throws InterruptedException {
        long end = System.nanoTime() + Duration.between(seen.now(), until).toNanos();
        while (lease.isHeld() && end - System.nanoTime() > 0) {
            long wait = Math.min(settings.poll().toNanos(), end - System.nanoTime());
            if (changed.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
                return;
            }
            Optional<Agenda.Held> held = agenda.look(claim);
            if (held.isEmpty() || held.get().wakes() != seen.wakes()) {
                return;
            }
        }
    }

    private void rest() {
        try {
            agenda.look(claim)
                    .ifPresent(held -> agenda.release(claim, held.now().plus(REST), held.wakes()));
        } catch (RuntimeException failure) {
            log.warn("session={} is left to the heartbeat", claim.id(), failure);
        }
    }
}
