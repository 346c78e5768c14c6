package dev.caprock.session.lifecycle;

import dev.caprock.agent.Agents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Claims what is due, and has a thread work on each claim until it lets go. */
@Component
class Claimer {

    private static final int AT_ONCE = 256;

    private final Agenda agenda;
    private final Desk desk;
    private final Calls calls;
    private final Nudge nudge;
    private final Lease lease;
    private final LifecycleSettings settings;
    private final Follower.Tools tools;
    private final Map<Claim, Worker> workers = new ConcurrentHashMap<>();

    /** Held from claiming until each claim has its worker, so that the heartbeat never sees one without. */
    private final ReentrantLock claiming = new ReentrantLock();

    Claimer(
            Agenda agenda,
            Desk desk,
            FollowDesk followDesk,
            Calls calls,
            Nudge nudge,
            Lease lease,
            Sandboxes sandboxes,
            Agents agents,
            LifecycleSettings settings,
            FollowSettings followSettings,
            ObservationRegistry observations,
            MeterRegistry meters) {
        this.agenda = agenda;
        this.desk = desk;
        this.calls = calls;
        this.nudge = nudge;
        this.lease = lease;
        this.settings = settings;
        this.tools = new Follower.Tools(
                followDesk,
                agenda,
                sandboxes,
                agents,
                lease,
                followSettings,
                observations,
                new LoopMeters(meters, this, agenda));
    }

    /** @param session whose it is, as far as is known: a follower learns it when it reads its run */
    private record Worker(Thread thread, Supplier<UUID> session) {}

    /** Claims what is due now. True when there may be more. */
    boolean claim() {
        int room = Math.min(AT_ONCE, settings.claims() - workers.size());
        if (room <= 0 || !lease.isHeld()) {
            return false;
        }
        claiming.lock();
        try {
            List<Claim> claims = agenda.claim(room);
            claims.forEach(this::work);
            return claims.size() >= room;
        } finally {
            claiming.unlock();
        }
    }

    private void work(Claim claim) {
        switch (claim.place().kind()) {
            case SESSION -> {
                var mover = new Mover(claim, desk, calls, agenda, lease, settings);
                start(claim, claim::id, mover, mover::look);
            }
            case RUN -> {
                var follower = new Follower(claim, tools);
                start(claim, follower::session, follower, follower::look);
            }
        }
    }

    private void start(Claim claim, Supplier<UUID> session, Runnable work, Runnable look) {
        nudge.listen(claim, look);
        Thread thread = Thread.ofVirtual().name("worker " + claim.id()).unstarted(() -> {
            try {
                work.run();
            } finally {
                nudge.unlisten(claim);
                handOver(claim);
                workers.remove(claim);
                nudge.due();
            }
        });
        workers.put(claim, new Worker(thread, session));
        thread.start();
    }

    /** When this replica stops, another need not wait until all of it has ended. */
    private void handOver(Claim claim) {
        if (!lease.isHeld() && lease.isAlive()) {
            agenda.free(claim);
        }
    }

    /** Frees places that name this replica though no thread here works on them. */
    void freeOrphans() {
        claiming.lock();
        try {
            Set<Claim> worked = Set.copyOf(workers.keySet());
            agenda.mine().stream().filter(claim -> !worked.contains(claim)).forEach(agenda::free);
        } finally {
            claiming.unlock();
        }
    }

    /** How many places are worked on. */
    int live() {
        return workers.size();
    }

    /** How many sessions that is: one may have a run that is followed, and be moved, at once. */
    long sessions() {
        return workers.values().stream()
                .map(worker -> worker.session().get())
                .distinct()
                .count();
    }

    /** How many runs are followed. */
    long followers() {
        return workers.keySet().stream()
                .filter(claim -> claim.place().kind() == Place.Kind.RUN)
                .count();
    }

    /** Lets all workers end, waits for them, and frees what they held. The lease must have been dropped before. */
    void stop(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        nudge.everyone(); // no interrupts: one inside JDBC breaks the connection
        for (Worker worker : List.copyOf(workers.values())) {
            boolean ignored = worker.thread().join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        agenda.mine().forEach(agenda::free);
    }
}
