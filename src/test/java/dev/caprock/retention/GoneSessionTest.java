package dev.caprock.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.evidence.Retiring;
import dev.caprock.id.Ids;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.support.TransactionTemplate;

/** What callers are told of a real session while it goes. */
@ScenarioTest
class GoneSessionTest {

    private static final Duration DAYS_100 = Duration.ofDays(100);

    @Autowired
    private Scenario scenario;

    @Autowired
    private TransactionTemplate transactions;

    @Autowired
    private Audit audit;

    @Autowired
    private Retiring retiring;

    @Autowired
    private RetentionSettings settings;

    @Autowired
    private ApplicationContext context;

    /** For other tests. */
    @AfterEach
    void makePartitionsAnew() {
        scenario.database().sql("select ensure_partitions(12)").query().singleRow();
    }

    @Test
    void firstItsOutputIsGoneAndThenItIsNotThere() {
        var session = scenario.session().shell("echo here").start();
        session.awaitClosed();
        String output = session.path() + "/runs/" + session.runId(1) + "/output";
        Clock later = Clock.offset(Clock.system(ZoneOffset.UTC), DAYS_100);

        new OutputMonths(scenario.database(), new Months(scenario.database(), transactions), settings, later).drop();

        assertThat(scenario.http().get(session.path()).status()).isEqualTo(200);
        assertThat(scenario.http().get(session.path() + "/receipt").status()).isEqualTo(200);
        assertThat(scenario.http().get(output).status()).isEqualTo(410);
        assertThat(scenario.http().get(session.path() + "/events").status()).isEqualTo(410);

        new ClosedSessions(scenario.database(), transactions, audit, settings, later).remove();

        for (String path : new String[] {"", "/runs", "/events", "/receipt", "/audit"}) {
            assertThat(scenario.http().get(session.path() + path).status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(scenario.http().get(output).status()).isEqualTo(404);
        assertThat(scenario.http().get("/v1/sessions?limit=200").body()).doesNotContain(session.id());
        var records =
                scenario.http().get("/v1/audit?session=" + session.id()).json().path("records");
        assertThat(records.path(records.size() - 1).path("action").stringValue())
                .as("its records outlive it")
                .isEqualTo("session.removed");
        assertThat(scenario.http().get("/v1/audit/verify").json().path("intact").booleanValue())
                .isTrue();
    }

    /** A month of two years ago, of a tenant of its own. */
    @Test
    void itsAuditRecordsGoADayAfterThatWasStated() {
        scenario.database().sql("""
                        create table audit_2024_01 partition of audit
                            for values from (first_id_at('2024-01-01Z')) to (first_id_at('2024-02-01Z'))""").update();
        Instant then = Instant.parse("2024-01-10T00:00:00Z");
        UUID chain = new Ids(Clock.fixed(then, ZoneOffset.UTC)).next();
        transactions.executeWithoutResult(
                status -> audit.append(chain, then, Actor.service("former"), "session.status", "ses_", "closed", null));

        auditMonths(null).drop();
        assertThat(statements()).as("kept for ever").isZero();
        auditMonths(Duration.ofDays(36500)).drop();
        assertThat(statements()).as("not due").isZero();
        auditMonths(Duration.ofDays(300)).drop();
        assertThat(statements()).isOne();
        assertThat(isThere("audit_2024_01")).as("for a day").isTrue();

        scenario.database()
                .sql(
                        "set session_replication_role = replica; update audit_retirement set at = at - interval '1 day'; reset session_replication_role")
                .update();
        auditMonths(Duration.ofDays(300)).drop();
        assertThat(isThere("audit_2024_01")).isFalse();
        assertThat(isThere("audit_default")).isTrue();
    }

    /** What can still be asked for can still be refused, which is recorded. */
    @Test
    void theAuditRecordsOfAMonthStayAsLongAsASessionOfIt() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();

        new AuditMonths(
                        scenario.database(),
                        new Months(scenario.database(), transactions),
                        retiring,
                        new RetentionSettings(settings.sessions(), settings.output(), Duration.ofDays(1)),
                        Clock.offset(Clock.systemUTC(), DAYS_100))
                .drop();

        String month = "audit_%tY_%<tm".formatted(Instant.now().atZone(ZoneOffset.UTC));
        assertThat(isThere(month)).isTrue();
        assertThat(scenario.database()
                        .sql("select count(*) from audit_head where chain = :id and retirement is not null")
                        .param("id", session.uuid())
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private AuditMonths auditMonths(@Nullable Duration kept) {
        var of = new RetentionSettings(settings.sessions(), settings.output(), kept);
        return new AuditMonths(
                scenario.database(), new Months(scenario.database(), transactions), retiring, of, Clock.systemUTC());
    }

    private long statements() {
        return scenario.database()
                .sql("select count(*) from audit_retirement where tenant = 'former'")
                .query(Long.class)
                .single();
    }

    private boolean isThere(String table) {
        return scenario.database()
                .sql("select to_regclass(:table) is not null")
                .param("table", table)
                .query(Boolean.class)
                .single();
    }

    @Test
    void itsJobsAreThere() {
        assertThat(context.getBeanNamesForType(com.github.kagkarlsson.scheduler.task.helper.RecurringTask.class))
                .contains("sessionRetentionTask", "outputRetentionTask", "auditRetentionTask", "makePartitionsTask");
    }
}
