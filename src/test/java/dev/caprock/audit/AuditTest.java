package dev.caprock.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.TestDatabase;
import dev.caprock.audit.Verification.Broken;
import dev.caprock.audit.Verification.Intact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Instant AT = Instant.parse("2026-11-21T10:00:00.123456789Z");
    private static final Actor ANN = new Actor("acme", "ann", "req-1", "192.0.2.1");

    private final Audit audit = new Audit(new AuditTable(database.client()));
    private final UUID chain = UUID.randomUUID();

    @BeforeEach
    void fiveRecords() {
        for (int i = 0; i < 5; i++) {
            append(ANN, Map.of("b", "é\0", "a", List.of(i)));
        }
    }

    @Test
    void recordsAreReadAsTheyWereAppended() {
        var records = audit.read(chain, 0, 2);

        var first = records.getFirst();
        assertThat(first)
                .isEqualTo(new AuditRecord(
                        chain,
                        1,
                        Instant.parse("2026-11-21T10:00:00.123456Z"),
                        ANN,
                        "session.create",
                        "ses_1",
                        "accepted",
                        "{\"a\":[0],\"b\":\"\\u00E9\\u0000\"}",
                        "0".repeat(64),
                        first.hash()));
        assertThat(records.getLast().previous()).isEqualTo(first.hash());
        assertThat(audit.read(chain, 3, 10)).extracting(AuditRecord::seq).containsExactly(4L, 5L);
    }

    @Test
    void aChainAsItWasWrittenIsIntact() {
        assertThat(verify()).isEqualTo(new Intact(5));
    }

    @Test
    void aChainThatNeverBeganIsIntact() {
        assertThat(Audits.verify(database.client(), UUID.randomUUID())).isEqualTo(new Intact(0));
    }

    @Test
    void oddTextAndAbsentValuesPreventNoRecord() {
        append(new Actor("a\0b", "\ud800 \" \\ \n 😀", null, null), null);

        assertThat(audit.read(chain, 5, 1).getFirst().actor())
                .isEqualTo(new Actor("a\uFFFDb", "? \" \\ \n 😀", null, null));
        assertThat(verify()).isEqualTo(new Intact(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "at = at + interval '1 microsecond'",
                "tenant = 'other'",
                "subject = 'other'",
                "action = 'other'",
                "target = 'other'",
                "request_id = null",
                "source_address = 'other'",
                "outcome = 'other'",
                "detail = null",
                "detail = '{\"a\": [2],\"b\":\"\\u00E9\\u0000\"}'",
                "hash = sha256('other')",
            })
    void aChangedFieldIsFound(String change) {
        tamper("UPDATE audit SET %s WHERE chain = :chain AND seq = 3".formatted(change));

        assertThat(verify()).isEqualTo(new Broken(3, "the record is not what was hashed"));
    }

    @Test
    void aRecordThatWasChangedAndHashedAnewIsFoundAtTheNext() {
        var third = audit.read(chain, 2, 1).getFirst();
        var forged = new AuditRecord(
                chain, 3, third.at(), ANN, "session.delete", "ses_1", "accepted", third.detail(), third.previous(), "");
        tamper("UPDATE audit SET action = 'session.delete', hash = decode('%s', 'hex') WHERE chain = :chain AND seq = 3"
                .formatted(Canonical.hash(forged)));

        assertThat(verify()).isEqualTo(new Broken(4, "the record does not follow the one before it"));
    }

    @Test
    void aDeletedRecordIsFound() {
        tamper("DELETE FROM audit WHERE chain = :chain AND seq = 3");

        assertThat(verify()).isEqualTo(new Broken(3, "the record is missing"));
    }

    @Test
    void recordsInAnotherOrderAreFound() {
        tamper("UPDATE audit SET seq = 99 WHERE chain = :chain AND seq = 2");
        tamper("UPDATE audit SET seq = 2 WHERE chain = :chain AND seq = 3");
        tamper("UPDATE audit SET seq = 3 WHERE chain = :chain AND seq = 99");

        assertThat(verify()).isEqualTo(new Broken(2, "the record does not follow the one before it"));
    }

    @Test
    void aChainThatWasCutOffIsFound() {
        tamper("DELETE FROM audit WHERE chain = :chain AND seq > 3");

        assertThat(verify()).isEqualTo(new Broken(4, "the record is missing; the head of the chain is at 5"));
    }

    @Test
    void aHeadThatWasSetBackIsFound() {
        tamper("UPDATE audit_head SET last_seq = 4 WHERE chain = :chain");

        assertThat(verify()).isEqualTo(new Broken(5, "the record is beyond the head of the chain"));
    }

    @Test
    void aHeadWithAnotherHashIsFound() {
        tamper("UPDATE audit_head SET hash = sha256('other') WHERE chain = :chain");

        assertThat(verify()).isEqualTo(new Broken(5, "the head of the chain has another hash"));
    }

    @Test
    void recordsOfAnotherChainDoNotFitIn() {
        tamper("DELETE FROM audit WHERE chain = :chain AND seq = 1");
        var other = UUID.randomUUID();
        database.inTransaction(() -> audit.append(other, AT, ANN, "session.create", "ses_1", "accepted", null));
        tamper("UPDATE audit SET chain = :chain WHERE chain = '%s'".formatted(other));

        assertThat(verify()).isEqualTo(new Broken(1, "the record is not what was hashed"));
    }

    @Test
    void chainsStayWholeWhoeverAppendsAtOnceAndWhoeverRollsBack() throws Exception {
        var fresh = UUID.randomUUID();
        var appends = new ArrayList<Callable<Long>>();
        for (int i = 0; i < 30; i++) {
            boolean rollsBack = i % 3 == 0;
            appends.add(() -> database.transactions().execute(status -> {
                if (rollsBack) {
                    status.setRollbackOnly();
                }
                return audit.append(fresh, AT, ANN, "session.create", "ses_1", "accepted", null);
            }));
        }
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var append : writers.invokeAll(appends)) {
                append.get();
            }
        }

        assertThat(Audits.verify(database.client(), fresh)).isEqualTo(new Intact(20));
    }

    /** What the migration promises to third parties: SQL alone can recompute a hash. */
    @Test
    void sqlAloneRecomputesAHash() {
        var differing = database.client()
                .sql("""
                        SELECT count(*) FROM audit WHERE chain = :chain AND hash <> sha256(previous || convert_to(
                            format('["%s",%s,"%s","%s","%s","%s","%s","%s","%s","%s",%s]', chain, seq,
                                   to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), tenant, subject, action,
                                   target, request_id, source_address, outcome, to_json(detail::text)), 'UTF8'))""")
                .param("chain", chain)
                .query(Integer.class)
                .single();

        assertThat(differing).isZero();
    }

    private Verification verify() {
        return Audits.verify(database.client(), chain);
    }

    private void append(Actor actor, @Nullable Map<String, Object> detail) {
        database.inTransaction(() -> audit.append(chain, AT, actor, "session.create", "ses_1", "accepted", detail));
    }

    /** As somebody could who owns the database: past the triggers. */
    private void tamper(String sql) {
        database.transactions().executeWithoutResult(status -> {
            database.client()
                    .sql("SET LOCAL session_replication_role = replica")
                    .update();
            assertThat(database.client().sql(sql).param("chain", chain).update())
                    .isPositive();
        });
    }
}
