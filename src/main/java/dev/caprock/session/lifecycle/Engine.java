package dev.caprock.session.lifecycle;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** The two threads of a replica: one claims what is due, the other keeps the lease. */
@Component
class Engine implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Engine.class);

    private final Claimer claimer;
    private final Agenda agenda;
    private final Nudge nudge;
    private final Lease lease;
    private final LifecycleSettings settings;
    private final Semaphore stopping = new Semaphore(0);
    private @Nullable Thread claiming;
    private @Nullable Thread beating;
    private volatile boolean running;

    Engine(Claimer claimer, Agenda agenda, Nudge nudge, Lease lease, LifecycleSettings settings) {
        this.claimer = claimer;
        this.agenda = agenda;
        this.nudge = nudge;
        this.lease = lease;
        this.settings = settings;
    }

    @Override
    public void start() {
        lease.want(); // it may have been stopped before
        beat();
        running = true;
        beating = Thread.ofPlatform().name("heartbeat").daemon().start(this::keepBeating);
        claiming = Thread.ofPlatform().name("claimer").daemon().start(this::keepClaiming);
    }

    private void keepClaiming() {
        try {
            while (isRunning()) {
                if (!claimed()) {
                    nudge.await(settings.poll());
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean claimed() {
        try {
            return claimer.claim();
        } catch (DataAccessException | TransactionException failure) {
            log.warn("nothing could be claimed; tried again at the next poll", failure);
            return false;
        }
    }

    private void keepBeating() {
        try {
            while (!stopping.tryAcquire(settings.heartbeat().toNanos(), TimeUnit.NANOSECONDS)) {
                beat();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() {
        long sentAt = lease.now();
        try {
            agenda.beat(settings.lease());
            lease.renewed(sentAt, settings.lease());
            claimer.freeOrphans();
            agenda.forgetDeadReplicas();
        } catch (DataAccessException | TransactionException failure) {
            log.warn("no heartbeat; the lease ends by itself unless the next one gets through", failure);
        }
    }

    @Override
    public void stop() {
        running = false;
        lease.drop();
        nudge.due();
        try {
            if (claiming != null) {
                claiming.join(settings.handOver());
            }
            claimer.stop(settings.handOver());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException | TransactionException failure) {
            log.warn("the sessions of this replica are taken over when its lease ends", failure);
        } finally {
            stopBeating();
        }
    }

    /** Whatever went wrong before: one that goes on beating keeps others from taking over. */
    private void stopBeating() {
        stopping.release();
        try {
            if (beating != null) {
                beating.join(settings.handOver());
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** It stops after the event streams, which it would feed no more, and before the web server. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 1;
    }
}
