package dev.caprock.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class JournalTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Instant AT = Instant.parse("2026-11-21T10:00:00.123456789Z");

    private final Journal journal = new Journal(database.client(), new Tail(database, database.client()));
    private final UUID session = UUID.randomUUID();
    private final UUID run = UUID.randomUUID();

    @Test
    void eventsAreReadAsTheyWereAppended() {
        var data = Map.<String, Object>of("text", "naïve 😀 \0 \"quoted\" {}", "number", 7, "list", List.of("a", true));

        append(new Entry("session.status", null, Map.of()), new Entry("run.message", run, data));

        assertThat(journal.read(session, 0, 10))
                .containsExactly(
                        new Event(
                                session,
                                1,
                                "session.status",
                                Instant.parse("2026-11-21T10:00:00.123456Z"),
                                null,
                                Map.of()),
                        new Event(session, 2, "run.message", Instant.parse("2026-11-21T10:00:00.123456Z"), run, data));
    }

    @Test
    void halfACharacterThatJsonCanEscapeStopsNobody() {
        append(new Entry("run.message", run, Map.of("text", "\ud83d")));

        assertThat(journal.read(session, 0, 1).getFirst().data()).containsEntry("text", "\ud83d");
    }

    @Test
    void readingGoesOnAnywhereAndStopsAtTheLimit() {
        assertThat(append(entry(), entry(), entry())).isEqualTo(3);
        assertThat(append(entry(), entry())).isEqualTo(5);

        assertThat(journal.read(session, 1, 3)).extracting(Event::seq).containsExactly(2L, 3L, 4L);
        assertThat(journal.read(session, 5, 3)).isEmpty();
        assertThat(journal.head(session)).isEqualTo(5);
    }

    @Test
    void aSessionWithoutEventsIsAtZero() {
        assertThat(append()).isZero();
        assertThat(journal.head(session)).isZero();
        assertThat(journal.read(session, 0, 10)).isEmpty();
    }

    @Test
    void seqIsDenseWhoeverAppendsAtOnceAndWhoeverRollsBack() throws Exception {
        var appends = new ArrayList<Callable<Long>>();
        for (int i = 0; i < 60; i++) {
            boolean rollsBack = i % 3 == 0;
            appends.add(() -> database.transactions().execute(status -> {
                if (rollsBack) {
                    status.setRollbackOnly();
                }
                return journal.append(session, AT, List.of(entry(), entry()));
            }));
        }
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var append : writers.invokeAll(appends)) {
                append.get();
            }
        }

        assertThat(journal.read(session, 0, 1000))
                .extracting(Event::seq)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 80).boxed().toList());
        assertThat(journal.head(session)).isEqualTo(80);
    }

    @Test
    void listenersAreToldInTheTransactionThatAppends() {
        var told = new ArrayList<String>();
        var heard = new Journal(
                database.client(),
                new Tail(database, database.client()),
                (id, at, first, entries) -> told.add("%d+%d %s"
                        .formatted(
                                first, entries.size(), TransactionSynchronizationManager.isActualTransactionActive())));

        long ignored = append(entry());
        long last = database.inTransaction(() -> heard.append(session, AT, List.of(entry(), entry())));

        assertThat(last).isEqualTo(3);
        assertThat(told).containsExactly("2+2 true");
    }

    @Test
    void aListenerThatCannotRecordFailsTheAppend() {
        var failing =
                new Journal(database.client(), new Tail(database, database.client()), (id, at, first, entries) -> {
                    throw new IllegalStateException("full");
                });

        assertThatThrownBy(() -> database.inTransaction(() -> failing.append(session, AT, List.of(entry()))))
                .hasMessage("full");
        assertThat(journal.head(session)).isZero();
    }

    @Test
    void anEntryNeedsAType() {
        assertThatThrownBy(() -> new Entry(" ", null, Map.of())).hasMessageContaining("type");
    }

    private long append(Entry... entries) {
        return database.inTransaction(() -> journal.append(session, AT, List.of(entries)));
    }

    private Entry entry() {
        return new Entry("run.message", run, Map.of());
    }
}
