package dev.caprock.retention;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.id.PublicId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Removes sessions that were closed long ago, with their runs and resources. That it was so, and by which rule, is the last record
 * of each one's audit chain. Their deliveries to webhooks go by a rule of their own, and what they spent of a budget stays counted.
 */
@Component
class ClosedSessions {

    private static final int BATCH = 100;
    private static final int BATCHES = 100; // then the scheduler is asked for another turn
    private static final Logger log = LoggerFactory.getLogger(ClosedSessions.class);

    /** By id, which is the time of creation, so that no index is needed and what goes is at its beginning. */
    private static final String OVER = """
            SELECT id, tenant, closed_at FROM session
            WHERE id < first_id_at(:before) AND status = 'CLOSED' AND closed_at < :before
              AND NOT EXISTS (
                  SELECT FROM resource WHERE resource.session_id = session.id
                  AND (state NOT IN ('ABSENT', 'GONE') OR (evidence ->> 'outlivesUntil')::timestamptz > :now))
              AND NOT EXISTS (SELECT FROM find WHERE find.session_id = session.id AND gone_at IS NULL)
            ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED""";

    private static final List<String> REMOVALS = List.of(
            "DELETE FROM journal_head WHERE session_id = ANY (:sessions::uuid[])",
            "DELETE FROM run_output WHERE run_id IN (SELECT id FROM run WHERE session_id = ANY (:sessions::uuid[]))",
            "DELETE FROM budget_part WHERE session_id = ANY (:sessions::uuid[]) AND spent IS NOT NULL",
            "DELETE FROM resource WHERE session_id = ANY (:sessions::uuid[])",
            "DELETE FROM run WHERE session_id = ANY (:sessions::uuid[])",
            "DELETE FROM session WHERE id = ANY (:sessions::uuid[])");

    private static final String FINDS = """
            DELETE FROM find WHERE id IN (
                SELECT id FROM find WHERE gone_at < :before LIMIT :limit FOR UPDATE SKIP LOCKED)""";

    private final JdbcClient database;
    private final TransactionTemplate transactions;
    private final Audit audit;
    private final RetentionSettings settings;
    private final Clock clock;

    ClosedSessions(
            JdbcClient database,
            TransactionTemplate transactions,
            Audit audit,
            RetentionSettings settings,
            Clock clock) {
        this.database = database;
        this.transactions = transactions;
        this.audit = audit;
        this.settings = settings;
        this.clock = clock;
    }

    private record Over(UUID id, String tenant, Instant closedAt) {}

    /** Removes what is over, some at a time, and not without end. */
    void remove() {
        Instant before = RetentionSettings.before(clock, settings.sessions());
        int sessions = 0;
        int batch = BATCH;
        for (int i = 0; i < BATCHES && batch == BATCH; i++) {
            batch = Objects.requireNonNull(transactions.execute(status -> removeBatch(before)));
            sessions += batch;
        }
        int finds = database.sql(FINDS)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("limit", BATCH * BATCHES)
                .update();
        if (sessions + finds > 0) {
            log.info("retention.sessions removed={} finds={} closedBefore={}", sessions, finds, before);
        }
    }

    private int removeBatch(Instant before) {
        List<Over> over = database.sql(OVER)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("limit", BATCH)
                .query(ClosedSessions::over)
                .list();
        String[] ids = over.stream().map(session -> session.id().toString()).toArray(String[]::new);
        if (ids.length > 0) {
            REMOVALS.forEach(
                    removal -> database.sql(removal).param("sessions", ids).update());
        }
        over.forEach(this::record);
        return over.size();
    }

    /** In the session's own chain, which so tells its life to the end, and goes as a whole. */
    private void record(Over session) {
        long ignored = audit.append(
                session.id(),
                clock.instant(),
                Actor.service(session.tenant()),
                "session.removed",
                PublicId.SESSION.text(session.id()),
                "done",
                Map.of(
                        "closedAt",
                        session.closedAt().toString(),
                        "retention",
                        settings.sessions().toString()));
    }

    private static Over over(ResultSet row, int number) throws SQLException {
        return new Over(
                row.getObject("id", UUID.class),
                row.getString("tenant"),
                row.getObject("closed_at", OffsetDateTime.class).toInstant());
    }
}
