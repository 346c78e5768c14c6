package dev.caprock.journal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.stereotype.Component;

/**
 * Waiting for more in a journal, whichever replica appends it.
 *
 * <p>Within a replica a publish wakes the waiters directly. To the others it goes by NOTIFY, gathered over {@value #GATHER_MILLIS}
 * ms and outside of the appending transactions, whose commits NOTIFY would put in a queue. Notifications get lost with a
 * connection or a replica, so the heads of all awaited sessions are looked up in one query each second as well. It costs one
 * connection per replica and no thread per session; each waiter waits on its own virtual thread.
 */
@Component
public class Tail implements SmartLifecycle {

    private static final int GATHER_MILLIS = 25;
    private static final Duration RECHECK = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Tail.class);

    private static final String HEAD = "SELECT last_seq FROM journal_head WHERE session_id = :session";

    private static final String HEADS = """
            SELECT session_id, last_seq FROM journal_head WHERE session_id = ANY (:sessions::uuid[])""";

    private final JdbcClient database;
    private final Notifications notifications;
    private final Map<UUID, Waiters> awaited = new ConcurrentHashMap<>();
    private final Map<UUID, Long> published = new ConcurrentHashMap<>();
    private @Nullable ScheduledExecutorService clockwork;

    Tail(JdbcConnectionDetails connection, JdbcClient database) {
        this.database = database;
        var unpooled = new DriverManagerDataSource(
                connection.getJdbcUrl(),
                Objects.requireNonNullElse(connection.getUsername(), ""),
                Objects.requireNonNullElse(connection.getPassword(), ""));
        this.notifications = new Notifications(unpooled, this::reached);
    }

    /**
     * Says that a session's journal has reached {@code seq}, which is committed. Never blocks; repeating is harmless, and
     * forgetting it delays readers by a second at most.
     */
    public void publish(UUID session, long seq) {
        reached(session, seq);
        published.merge(session, seq, Math::max);
    }

    /** Watches a session's journal from now on, until it is closed. Costs nothing while nothing is awaited. */
    public Watch watch(UUID session) {
        return new Watch(session, awaited.compute(session, (id, present) -> Waiters.enter(present)));
    }

    /** One reader's eye on a journal. */
    public final class Watch implements AutoCloseable {

        private final UUID session;
        private final Waiters waiters;

        private Watch(UUID session, Waiters waiters) {
            this.session = session;
            this.waiters = waiters;
        }

        /**
         * Waits until the session has an event after {@code after}. Read first: what was committed before this watch began wakes
         * nobody for up to a second.
         *
         * @return whether it has one; false when the time is over, or {@link #wake} was called
         * @throws InterruptedException when the waiting thread is interrupted; nothing is left behind
         */
        public boolean await(long after, Duration time) throws InterruptedException {
            return waiters.await(after, System.nanoTime() + time.toNanos());
        }

        @Override
        public void close() {
            awaited.computeIfPresent(session, (id, present) -> present.leave());
        }
    }

    /**
     * Waits until the session has an event after {@code after}, also one from before the call.
     *
     * @return as {@link Watch#await}
     */
    public boolean await(UUID session, long after, Duration time) throws InterruptedException {
        try (Watch watch = watch(session)) {
            return head(session) > after || watch.await(after, time);
        }
    }

    /** Ends all waits of this replica, for those who have to leave. */
    public void wake() {
        awaited.values().forEach(Waiters::wake);
    }

    long head(UUID session) {
        return database.sql(HEAD)
                .param("session", session)
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    private void reached(UUID session, long seq) {
        var waiters = awaited.get(session);
        if (waiters != null) {
            waiters.reach(seq);
        }
    }

    private void send() {
        var batch = new HashMap<UUID, Long>();
        for (var session : published.keySet()) {
            var seq = published.remove(session);
            if (seq != null) {
                batch.put(session, seq);
            }
        }
        quietly(() -> notifications.send(database, batch));
    }

    private void recheck() {
        var sessions = awaited.keySet().stream().map(UUID::toString).toArray(String[]::new);
        if (sessions.length > 0) {
            quietly(() -> database.sql(HEADS).param("sessions", sessions).query(row -> {
                reached(row.getObject("session_id", UUID.class), row.getLong("last_seq"));
            }));
        }
    }

    /** Both are repeated soon, so a failure is worth no more than a line; an escaped one would end the repetition. */
    private static void quietly(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException failure) {
            log.debug("the tail could not reach the database, and goes on", failure);
        }
    }

    @Override
    public synchronized void start() {
        if (clockwork == null) {
            var executor = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("journal-tail").factory());
            executor.scheduleWithFixedDelay(this::send, GATHER_MILLIS, GATHER_MILLIS, TimeUnit.MILLISECONDS);
            executor.scheduleWithFixedDelay(
                    this::recheck, RECHECK.toMillis(), RECHECK.toMillis(), TimeUnit.MILLISECONDS);
            notifications.start();
            clockwork = executor;
        }
    }

    @Override
    public synchronized void stop() {
        if (clockwork != null) {
            clockwork.shutdown(); // no interrupt, which would break the connection that a virtual thread is using
            clockwork = null;
            send();
            notifications.stop();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return clockwork != null;
    }

    /** Before writers and readers, and after them at the end: what they publish while they drain is still sent. */
    @Override
    public int getPhase() {
        return 0;
    }
}
