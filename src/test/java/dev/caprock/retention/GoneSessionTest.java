package dev.caprock.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Audit;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
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

    @Test
    void itsJobsAreThere() {
        assertThat(context.getBeanNamesForType(com.github.kagkarlsson.scheduler.task.helper.RecurringTask.class))
                .contains("sessionRetentionTask", "outputRetentionTask", "makePartitionsTask");
    }
}
