package dev.caprock.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@Timeout(30)
class TailTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Duration LONG = Duration.ofSeconds(20);

    private final DataSource unpooled =
            new DriverManagerDataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword());

    /** Not started, so that nobody but the writers of its own replica can wake a reader. */
    private final Tail lone = new Tail(database, database.client());

    private final Journal journal = new Journal(database.client(), lone);
    private final List<Tail> replicas = new CopyOnWriteArrayList<>();
    private final UUID session = UUID.randomUUID();

    @AfterEach
    void stop() {
        replicas.forEach(Tail::stop);
    }

    @Test
    void whatIsThereAlreadyNeedsNoWaiting() throws Exception {
        append(2);

        assertThat(replica().await(session, 1, Duration.ZERO)).isTrue();
    }

    @Test
    void withNothingNewTheWaitingEnds() throws Exception {
        append(2);

        assertThat(replica().await(session, 2, Duration.ofMillis(20))).isFalse();
    }

    @Test
    void anAppendInTheSameReplicaWakesTheReaderByItsCommit() throws Exception {
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            var reader = readers.submit(() -> lone.await(session, 0, LONG));
            append(1);
            assertThat(reader.get()).isTrue();
        }
    }

    @Test
    void anAppendThatIsRolledBackWakesNobody() throws Exception {
        database.transactions().executeWithoutResult(status -> {
            journal.append(session, Instant.EPOCH, List.of(new Entry("run.message", null, Map.of())));
            status.setRollbackOnly();
        });

        assertThat(lone.await(session, 0, Duration.ofMillis(20))).isFalse();
    }

    @Test
    void anEventOfAnotherReplicaArrivesByNotification() throws Exception {
        var heard = new LinkedBlockingQueue<Map.Entry<UUID, Long>>();
        var listening = new Notifications(unpooled, (id, seq) -> heard.add(Map.entry(id, seq)));
        var tail = replica();
        listening.start();
        try {
            // Whether it listens already cannot be seen, so say it until it is heard.
            Map.Entry<UUID, Long> first = null;
            while (first == null) {
                tail.publish(session, 5);
                first = heard.poll(100, TimeUnit.MILLISECONDS);
            }
            assertThat(first).isEqualTo(Map.entry(session, 5L));
        } finally {
            listening.stop();
        }
    }

    @Test
    void manySessionsGoInSeveralNotifications() throws Exception {
        var heard = new LinkedBlockingQueue<UUID>();
        var listening = new Notifications(unpooled, (id, seq) -> heard.add(id));
        var heads = new HashMap<UUID, Long>();
        for (int i = 0; i < 300; i++) {
            heads.put(UUID.randomUUID(), Long.MAX_VALUE / 10 - i);
        }
        listening.start();
        try {
            do {
                listening.send(database.client(), Map.of(session, 1L));
            } while (heard.poll(100, TimeUnit.MILLISECONDS) == null);

            listening.send(database.client(), heads);

            var missing = new ArrayList<>(heads.keySet());
            while (!missing.isEmpty()) {
                missing.remove(heard.take());
            }
        } finally {
            listening.stop();
        }
    }

    @Test
    void aLostNotificationIsMadeUpForByLookingUp() throws Exception {
        var tail = replica();

        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            var reader = readers.submit(() -> tail.await(session, 0, LONG));
            append(1); // by a replica that sends no notification
            assertThat(reader.get()).isTrue();
        }
    }

    @Test
    void aBrokenListeningConnectionIsReplaced() throws Exception {
        var heard = new LinkedBlockingQueue<UUID>();
        var listening = new Notifications(unpooled, (id, seq) -> heard.add(id));
        listening.start();
        try {
            for (int breaks = 0; breaks < 2; breaks++) {
                do {
                    listening.send(database.client(), Map.of(session, 1L));
                } while (heard.poll(100, TimeUnit.MILLISECONDS) == null);
                assertThat(terminateListeners()).isPositive();
                heard.clear();
            }
        } finally {
            listening.stop();
        }
    }

    private static int terminateListeners() {
        return database.client().sql("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                        WHERE application_name = 'caprock journal listener' AND datname = current_database()""").query(Integer.class).single();
    }

    /** A reader that misses a wake-up stands still until its time-out. */
    @Test
    void noReaderMissesACommit() throws Exception {
        hammer(List.of(lone));
    }

    @Test
    void readersOnAnyReplicaReadWhatAnyReplicaWrites() throws Exception {
        hammer(List.of(replica(), replica()));
    }

    private void hammer(List<Tail> tails) throws Exception {
        int writers = 4;
        int eventsEach = 60;
        var work = new ArrayList<Callable<Void>>();
        for (int i = 0; i < writers; i++) {
            var tail = tails.get(i % tails.size());
            work.add(() -> {
                for (int event = 0; event < eventsEach; event++) {
                    append(tail, 1);
                }
                return null;
            });
        }
        for (int i = 0; i < 12; i++) {
            var tail = tails.get(i % tails.size());
            work.add(() -> {
                readAll(tail, writers * eventsEach);
                return null;
            });
        }
        runAll(work);
    }

    private void readAll(Tail tail, long last) throws InterruptedException {
        long seq = 0;
        while (seq < last) {
            assertThat(tail.await(session, seq, LONG)).as("after %d", seq).isTrue();
            for (var event : journal.read(session, seq, 7)) {
                assertThat(event.seq()).isEqualTo(++seq);
            }
        }
    }

    private static void runAll(List<Callable<Void>> work) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
        }
    }

    private Tail replica() {
        var tail = new Tail(database, database.client());
        tail.start();
        replicas.add(tail);
        return tail;
    }

    private void append(int count) {
        append(lone, count);
    }

    private void append(Tail replica, int count) {
        var writing = new Journal(database.client(), replica);
        var entry = new Entry("run.message", null, Map.of());
        database.inTransaction(() -> writing.append(session, Instant.EPOCH, Collections.nCopies(count, entry)));
    }
}
