package dev.caprock.retention;

import dev.caprock.TestDatabase;
import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Audits;
import dev.caprock.id.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of sessions as they are after their lives, at times of one's own, in a database of its own. */
final class GivenSessions {

    /** The first month that every fresh database has partitions of. */
    static final YearMonth MONTH = YearMonth.now(ZoneOffset.UTC);

    /** Some time in it. */
    static final Instant THEN = Months.begin(MONTH).plus(Duration.ofDays(10));

    static final Instant END = Months.end(MONTH);

    private static final RetentionSettings SETTINGS =
            new RetentionSettings(Duration.ofDays(90), Duration.ofDays(30), null);

    final TestDatabase database = TestDatabase.fresh();
    final JdbcClient client = database.client();
    final Audit audit = Audits.on(client);

    /** One that was closed. */
    UUID closed(Instant createdAt, Instant closedAt) {
        return session(createdAt, closedAt);
    }

    UUID open(Instant createdAt) {
        return session(createdAt, null);
    }

    /** With a run that printed something, a settled resource and part of a budget. */
    private UUID session(Instant createdAt, @Nullable Instant closedAt) {
        var ids = new Ids(Clock.fixed(createdAt, ZoneOffset.UTC));
        UUID id = ids.next();
        UUID run = ids.next();
        insert("""
                insert into session (id, version, tenant, created_by, status, cause, outcome, hastened, provider, isolation, publish,
                        close_when, ttl, run_timeout, repos, agent, labels, created_at, closed_at, credential, on_sandbox_lost)
                    values (:id, 0, 'acme', 'ann', :status, :cause, :outcome, false, 'e2b', 'BRANCH', 'MERGE', 'IDLE', 1, 1, '[]', '{}',
                        '{}', :created, :closed, 'session-key', 'FAIL')""", id, run, createdAt, closedAt);
        for (String row : List.of(
                "insert into run (id, session_id, number, status, created_at) values (:run, :id, 1, 'SUCCEEDED', :created)",
                "insert into resource (id, session_id, run_id, kind, state, attempts, step, evidence) values (:run, :id, :run, 'SANDBOX', 'GONE', 0, 0, '{}')",
                "insert into tenant_budget values ('acme', 'month', 7, 0) on conflict do nothing",
                "insert into budget_part values (:id, 'acme', 'month', 9, 7)",
                "insert into journal_head values (:id, 1)",
                "insert into journal values (:id, 1, 'run.output', :created, :run, '{}')",
                "insert into run_output (run_id, session_id) values (:run, :id)",
                "insert into output values (:id, :run, 1, 0, 'x')")) {
            insert(row, id, run, createdAt, closedAt);
        }
        database.transactions()
                .executeWithoutResult(status ->
                        audit.append(id, createdAt, Actor.service("acme"), "session.status", "ses_", "queued", null));
        return id;
    }

    private void insert(String sql, UUID id, UUID run, Instant createdAt, @Nullable Instant closedAt) {
        int ignored = client.sql(sql)
                .param("id", id)
                .param("run", run)
                .param("created", createdAt.atOffset(ZoneOffset.UTC))
                .param("closed", closedAt == null ? null : closedAt.atOffset(ZoneOffset.UTC))
                .param("status", closedAt == null ? "RUNNING" : "CLOSED")
                .param("cause", closedAt == null ? null : "COMPLETED")
                .param("outcome", closedAt == null ? null : "SUCCEEDED")
                .update();
    }

    ClosedSessions closedSessions(Instant now) {
        return new ClosedSessions(client, database.transactions(), audit, SETTINGS, Clock.fixed(now, ZoneOffset.UTC));
    }

    OutputMonths outputMonths(Instant now) {
        return new OutputMonths(
                client, new Months(client, database.transactions()), SETTINGS, Clock.fixed(now, ZoneOffset.UTC));
    }

    long count(String table) {
        return client.sql("select count(*) from " + table).query(Long.class).single();
    }

    boolean exists(String table) {
        return client.sql("select to_regclass(:table) is not null")
                .param("table", table)
                .query(Boolean.class)
                .single();
    }
}
