package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import dev.caprock.simulator.mesa.Gate;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** A session may be deleted in every state. */
@ScenarioTest
class DeletionTest {

    @Autowired
    private Scenario scenario;

    private final CountDownLatch held = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        held.countDown();
        letReplicasClaim();
    }

    @Test
    void whileQueuedItEndsWithNothingEverMade() {
        letNoReplicaClaim();
        var session = scenario.session().start();

        Reply deleted = session.delete("graceful");
        letReplicasClaim();

        assertAccepted(deleted, "closing");
        assertThat(session.awaitClosed().path("outcome").stringValue()).isEqualTo("cancelled");
        assertThat(session.events()).extracting(SeenEvent::type).doesNotContain("credential.minted", "sandbox.created");
        scenario.assertEndedClean(session);
    }

    /** Claims are undone as they are made, as if every replica were too busy. */
    private void letNoReplicaClaim() {
        scenario.database().sql("""
                create or replace function claim_nothing() returns trigger language plpgsql as 'begin return null; end'""").update();
        scenario.database().sql("""
                create trigger claim_nothing before update on agenda for each row
                    when (old.claimed_by is null and new.claimed_by is not null) execute function claim_nothing()""").update();
    }

    private void letReplicasClaim() {
        scenario.database()
                .sql("drop trigger if exists claim_nothing on agenda")
                .update();
    }

    @ParameterizedTest
    @ValueSource(strings = {"graceful", "now"})
    void whileItsSandboxIsBeingMade(String mode) {
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(new Effect.Wait(held));
        var session = scenario.session().start();
        session.awaitEvent("credential.minted");

        assertAccepted(session.delete(mode), "closing");
        held.countDown();

        assertCancelled(session);
    }

    @ParameterizedTest
    @ValueSource(strings = {"graceful", "now"})
    void whileItsSandboxIsBeingPrepared(String mode) {
        scenario.simulators().e2b().faults().on(Operation.START).then(new Effect.Wait(held));
        var session = scenario.session().start();
        session.awaitEvent("sandbox.created");

        assertAccepted(session.delete(mode), "closing");
        if (mode.equals("graceful")) {
            held.countDown();
        }

        assertCancelled(session); // now: although the preparing is still held up
    }

    @Test
    void whileItsAgentRunsOnceOrTwiceOrAtOnce() {
        var once = scenario.session().shell("echo up; sleep 60").start();
        var twice = scenario.session().shell("echo up; sleep 60").start();
        var atOnce = scenario.session()
                .shell("trap '' TERM; echo up; sleep 60; sleep 60")
                .start();
        once.awaitPrinted("up");
        twice.awaitPrinted("up");
        atOnce.awaitPrinted("up");

        assertAccepted(once.delete("graceful"), "closing");
        assertAccepted(twice.delete("graceful"), "closing");
        assertThat(twice.delete("graceful").status()).isEqualTo(202);
        assertAccepted(atOnce.delete("now"), "closing");

        assertCancelled(once, twice, atOnce);
        assertThat(once.run().path("status").stringValue()).isEqualTo("cancelled");
    }

    @Test
    void whileIdleTheRunThatSucceededStaysSo() {
        var session =
                scenario.session().shell("true").with("closeWhen", "expired").start();
        session.awaitStatus("idle");

        assertAccepted(session.delete("graceful"), "closing");

        assertCancelled(session);
        assertThat(session.run().path("status").stringValue()).isEqualTo("succeeded");
    }

    @Test
    void whileClosingItKeepsTheOutcomeThatWasFixed() throws Exception {
        Gate flush = scenario.simulators().mounts().faults().holdFlush();
        var succeeded = scenario.session().shell("echo 1 >file").start().awaitStatus("closing");
        var failed = scenario.session().shell("exit 3").start().awaitStatus("closing");
        assertThat(flush.awaitArrival()).isTrue();

        assertAccepted(succeeded.delete("graceful"), "closing");
        assertAccepted(failed.delete("now"), "closing");
        flush.open();

        scenario.assertEndedClean(succeeded, failed);
        assertThat(succeeded.body().path("outcome").stringValue()).isEqualTo("succeeded");
        assertThat(failed.body().path("outcome").stringValue()).isEqualTo("failed");
        assertThat(failed.body().at("/detail/code").stringValue()).isEqualTo("agent_failed");
    }

    @Test
    void onceClosedItChangesNothing() {
        var session = scenario.session().shell("true").start();
        JsonNode closed = session.awaitClosed();

        Reply deleted = session.delete("now");

        assertThat(deleted.status()).isEqualTo(202);
        assertThat(deleted.json()).isEqualTo(closed);
        assertThat(session.body()).isEqualTo(closed);
        scenario.assertEndedClean(session);
    }

    private static void assertAccepted(Reply deleted, String status) {
        assertThat(deleted.status()).isEqualTo(202);
        assertThat(deleted.json().path("status").stringValue()).isEqualTo(status);
    }

    private void assertCancelled(StartedSession... sessions) {
        scenario.assertEndedClean(sessions);
        for (StartedSession session : sessions) {
            assertThat(session.body().path("outcome").stringValue()).isEqualTo("cancelled");
        }
    }
}
