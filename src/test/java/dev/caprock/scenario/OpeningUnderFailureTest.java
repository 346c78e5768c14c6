package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Effect.BadEnd;
import dev.caprock.simulator.e2b.Operation;
import dev.caprock.simulator.mesa.Fault;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Whatever goes wrong while a session opens: it opens all the same, or says why not; and nothing is made twice. */
@ImpatientScenarioTest
class OpeningUnderFailureTest {

    @Autowired
    private Scenario scenario;

    // ---- sandbox -------------------------------------------------------------------------------------------------

    static Stream<Effect> lostAnswers() {
        return Stream.of(Effect.gatewayTimeout().afterDoing(), new Effect.Drop(true));
    }

    @ParameterizedTest
    @MethodSource("lostAnswers")
    void aSandboxWhoseAnswerWasLostIsAdopted(Effect lost) {
        long before = creates();
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(lost);

        Endings.assertSucceeded(scenario, started());

        assertThat(creates() - before).isEqualTo(1);
    }

    @Test
    void aSandboxThatAppearsLateIsAdopted() {
        long before = creates();
        var latch = new CountDownLatch(1);
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(new Effect.Wait(latch));

        var session = started();
        session.awaitEvent(
                "look in vain",
                event -> event.is("session.warning") && event.text("message").contains("may still appear"));
        latch.countDown();

        Endings.assertSucceeded(scenario, session);
        assertThat(creates() - before).isEqualTo(1);
    }

    @Test
    void aSandboxThatNeverAppearsIsMadeAgainOnceItNoLongerCan() {
        long before = creates();
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.gatewayTimeout());

        Endings.assertSucceeded(scenario, started());

        assertThat(creates() - before).isEqualTo(2);
    }

    static Stream<Effect> busy() {
        return Stream.of(Effect.rateLimited(1), Effect.concurrencyLimited(20), Effect.noCapacity());
    }

    @ParameterizedTest
    @MethodSource("busy")
    void aBusyProviderIsAskedAgain(Effect busy) {
        scenario.simulators().e2b().faults().on(Operation.CREATE).times(3).then(busy);

        Endings.assertSucceeded(scenario, started());
    }

    @Test
    void anUnknownTemplateIsRefusedForGood() {
        var session = scenario.session().shell("true").template("nobody-has-it").start();

        Endings.assertFailed(scenario, session, "sandbox_refused");
    }

    // ---- credential ----------------------------------------------------------------------------------------------

    @Test
    void aKeyWhoseAnswerWasLostIsRevokedAndAnotherOneMinted() {
        mint().times(1).loseAnswer();

        var session = started();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.events("credential.revoked")).hasSize(2);
        assertThat(scenario.simulators().mesa().liveKeys())
                .noneMatch(key -> String.valueOf(key.name()).startsWith("caprock-"));
    }

    @Test
    void aKeyThatWasNeverMintedIsWaitedForOnlyWhenClosing() {
        mint().times(1).drop();

        Endings.assertSucceeded(scenario, started());
    }

    @Test
    void aRefusedMintFailsTheSession() {
        mint().answer(403, "{\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"no\"}}");

        Endings.assertFailed(scenario, started(), "credential_refused");
    }

    @Test
    void aMintThatIsBusyForAWhileIsAskedAgain() {
        mint().times(3).answer(503, "{}");
        mint().times(1).tooManyRequests(Duration.ofSeconds(1));

        Endings.assertSucceeded(scenario, started());
    }

    // ---- workspace -----------------------------------------------------------------------------------------------

    @Test
    void aBookmarkWhoseAnswerWasLostIsTakenAsItIs() {
        scenario.simulators()
                .mesa()
                .faults()
                .on("POST", ".*/bookmarks")
                .times(1)
                .loseAnswer();

        Endings.assertSucceeded(scenario, started());
    }

    // ---- preparing and starting ----------------------------------------------------------------------------------

    @Test
    void aPrepareThatIsCutOffGoesOnWhereItWas() throws Exception {
        SandboxScript.PREPARE.fault(scenario).times(2).then(new Effect.Stream(BadEnd.EOF, 3));
        SandboxScript.PREPARE.fault(scenario).then(new Effect.Stream(BadEnd.UNAVAILABLE, 4));

        var session = waiting();
        session.awaitPrinted("here");

        assertThat(session.machine().home("user").resolve(".caprock/prepare-mount"))
                .isDirectoryNotContaining(attempt -> Files.isDirectory(attempt) && !attempt.endsWith("1"));
        assertThat(session.events("prepare.phase"))
                .extracting(event -> event.text("phase") + " " + event.text("state"))
                .doesNotHaveDuplicates();
        Endings.letGo(session);
        Endings.assertSucceeded(scenario, session);
    }

    @Test
    void aStartWhoseAnswerWasLostStartsTheAgentOnce() {
        SandboxScript.START.fault(scenario).then(new Effect.Drop(true));
        SandboxScript.START.fault(scenario).then(new Effect.Stream(BadEnd.NO_END_EVENT, 0));

        var session = started();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo("here\n");
    }

    @Test
    void aSandboxThatDoesNotAnswerForAWhileIsAskedAgain() {
        SandboxScript.PREPARE.fault(scenario).times(3).then(Effect.portNotOpen());
        SandboxScript.START.fault(scenario).times(3).then(Effect.sandboxNotFound());
        scenario.simulators().e2b().faults().on(Operation.WRITE_FILE).times(2).then(Effect.portNotOpen());

        Endings.assertSucceeded(scenario, started());
    }

    @Test
    void aSandboxThatDiesWhileItIsPreparedFailsTheSession() {
        scenario.simulators().mounts().faults().neverReady(true);
        var session = started();
        session.awaitEvent(
                "mount",
                event -> event.is("prepare.phase") && event.text("phase").equals("mount"));

        scenario.simulators().e2b().killFromOutside(session.sandboxId());

        Endings.assertFailed(scenario, session, "sandbox_lost");
    }

    private StartedSession started() {
        return scenario.session().shell("echo here; echo new >new.txt").start();
    }

    private StartedSession waiting() {
        return scenario.session()
                .shell("echo here; until [ -f ~/go ]; do sleep 0.1; done")
                .start();
    }

    private Fault mint() {
        return scenario.simulators().mesa().faults().on("POST", ".*/api-keys");
    }

    private long creates() {
        return scenario.simulators().e2b().ledger().requests(Operation.CREATE).size();
    }
}
