package dev.caprock.retention;

import static dev.caprock.retention.GivenSessions.THEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.Audits;
import dev.caprock.audit.Verification.Intact;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClosedSessionsTest {

    private static final Instant CLOSED = THEN.plus(Duration.ofHours(1));
    private static final Instant DUE = CLOSED.plus(Duration.ofDays(90)).plusSeconds(1);

    private final GivenSessions given = new GivenSessions();

    @Test
    void aSessionGoesWithAllThatIsItsWhenItsTimeIsOver() {
        given.closed(THEN, CLOSED);

        given.closedSessions(DUE.minusSeconds(1)).remove();
        assertThat(given.count("session")).isOne();

        given.closedSessions(DUE).remove();
        assertThat(List.of("session", "run", "resource", "run_output", "journal_head", "budget_part"))
                .allSatisfy(table -> assertThat(given.count(table)).as(table).isZero());
        assertThat(given.client
                        .sql("select spent from tenant_budget")
                        .query(Long.class)
                        .single())
                .as("what was spent stays counted")
                .isEqualTo(7);
    }

    @Test
    void theChainOfEachTellsThatItWasRemovedAndWhy() {
        UUID id = given.closed(THEN, CLOSED);

        given.closedSessions(DUE).remove();

        assertThat(Audits.verify(given.client, id)).isEqualTo(new Intact(2));
        AuditRecord last = given.audit.read(id, 1, 10).getFirst();
        assertThat(last.action()).isEqualTo("session.removed");
        assertThat(last.actor().subject()).isEqualTo("caprock");
        assertThat(last.at()).isEqualTo(DUE);
        assertThat(last.detail()).isEqualTo("{\"closedAt\":\"%s\",\"retention\":\"PT2160H\"}".formatted(CLOSED));
    }

    @Test
    void whatIsOpenOrYoungStays() {
        UUID open = given.open(THEN);
        UUID young = given.closed(THEN, DUE.minus(Duration.ofDays(89)));
        given.closed(THEN, CLOSED);

        given.closedSessions(DUE).remove();

        assertThat(given.client.sql("select id from session").query(UUID.class).list())
                .containsExactlyInAnyOrder(open, young);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update resource set state = 'LIVE', intent_at = now()",
                "update resource set state = 'INTENDED', intent_at = now()",
                "update resource set state = 'LOST', intent_at = now()",
                "update resource set kind = 'CREDENTIAL', evidence = '{\"outlivesUntil\": \"2199-01-01T00:00:00Z\"}'",
                "insert into find (id, kind, account, external_id, session_id, created_at, found_at) select id, 'SANDBOX', 'e2b', 'x', id, now(), now() from session"
            })
    void whatOwesSomethingOutsideStays(String owing) {
        given.closed(THEN, CLOSED);
        given.client.sql(owing).update();

        given.closedSessions(DUE).remove();

        assertThat(given.count("session")).isOne();
        assertThat(given.count("run")).isOne();
    }

    @Test
    void aCredentialThatHasExpiredOwesNothing() {
        given.closed(THEN, CLOSED);
        given.client
                .sql(
                        "update resource set kind = 'CREDENTIAL', evidence = '{\"outlivesUntil\": \"2001-01-01T00:00:00Z\"}'")
                .update();

        given.closedSessions(DUE).remove();

        assertThat(given.count("session")).isZero();
    }

    @Test
    void whatTheSweepFoundGoesWhenItIsGoneForAsLong() {
        given.client
                .sql("""
                        insert into find (id, kind, account, external_id, created_at, found_at, gone_at)
                        values (gen_random_uuid(), 'SANDBOX', 'e2b', 'old', now(), now(), :closed),
                            (gen_random_uuid(), 'SANDBOX', 'e2b', 'young', now(), now(), :due),
                            (gen_random_uuid(), 'SANDBOX', 'e2b', 'owed', now(), now(), null)""")
                .param("closed", CLOSED.atOffset(java.time.ZoneOffset.UTC))
                .param("due", DUE.atOffset(java.time.ZoneOffset.UTC))
                .update();

        given.closedSessions(DUE).remove();

        assertThat(given.client
                        .sql("select external_id from find")
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder("young", "owed");
    }

    @Test
    void severalReplicasAtOnceRemoveEachOnce() throws Exception {
        for (int i = 0; i < 250; i++) {
            given.closed(THEN.plusMillis(i), CLOSED);
        }
        Callable<Void> replica = () -> {
            given.closedSessions(DUE).remove();
            return null;
        };

        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : replicas.invokeAll(Collections.nCopies(3, replica))) {
                done.get();
            }
        }

        assertThat(given.count("audit where action = 'session.removed'")).isEqualTo(250 - given.count("session"));
        given.closedSessions(DUE).remove(); // who found the others' locked left these for later
        assertThat(given.count("session")).isZero();
        assertThat(given.count("audit where action = 'session.removed'")).isEqualTo(250);
    }

    @Test
    void whoeverHasASessionLockedIsNotWaitedFor() {
        UUID locked = given.closed(THEN, CLOSED);
        given.closed(THEN, CLOSED);

        given.database.transactions().executeWithoutResult(status -> {
            given.client
                    .sql("select from session where id = :id for update")
                    .param("id", locked)
                    .query()
                    .singleRow();
            try (var other = Executors.newVirtualThreadPerTaskExecutor()) {
                other.submit(() -> given.closedSessions(DUE).remove());
            }
        });

        assertThat(given.client.sql("select id from session").query(UUID.class).list())
                .containsExactly(locked);
    }
}
