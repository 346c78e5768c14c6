package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Effect.BadEnd;
import dev.caprock.simulator.e2b.Operation;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Whatever goes wrong while a session closes: it says closed only when all is proved gone, and nothing delays that. */
@ImpatientScenarioTest
class ClosingUnderFailureTest {

    @Autowired
    private Scenario scenario;

    @Test
    void aDeleteThatLiesIsRepeatedUntilTheSandboxIsGone() {
        scenario.simulators().e2b().faults().on(Operation.KILL).times(3).then(Effect.lie());

        var session = started();

        Endings.assertSucceeded(scenario, session);
        assertWarned(session, "sandbox_delayed");
    }

    @Test
    void aDeleteThatFailsIsRepeated() {
        scenario.simulators().e2b().faults().on(Operation.KILL).times(2).then(Effect.error(500, "no"));
        scenario.simulators().e2b().faults().on(Operation.KILL).then(new Effect.Drop(true));

        Endings.assertSucceeded(scenario, started());
    }

    @Test
    void aRevokeThatLiesIsRepeatedUntilTheTokenIsRefused() {
        scenario.simulators()
                .mesa()
                .faults()
                .on("DELETE", ".*/api-keys/.*")
                .times(3)
                .lie();

        var session = started();

        Endings.assertSucceeded(scenario, session);
        assertWarned(session, "credential_delayed");
    }

    @Test
    void aWorkspaceThatCannotBeReadBackKeepsNoSandboxAlive() {
        unreadable();
        var session = started();

        session.awaitEvent("sandbox.destroyed");
        assertThat(session.body().path("status").stringValue("")).isEqualTo("closing");
        scenario.simulators().mesa().faults().clear();

        Endings.assertSucceeded(scenario, session);
        assertThat(scenario.simulators().mesa().files(session.repo(), "main")).containsKey("new.txt");
    }

    @Test
    void aWorkspaceThatStaysUnreadableIsGivenUpInTheEnd() {
        unreadable();

        Endings.assertFailed(scenario, started(), "workspace_not_published");
    }

    @Test
    void mesaWhollyDownKeepsNoSandboxAlive() {
        var session = waiting();
        session.awaitPrinted("here");
        scenario.simulators().mesa().faults().on((method, path) -> true).drop();
        Endings.letGo(session);

        session.awaitEvent("sandbox.destroyed");
        assertThat(session.body().path("status").stringValue("")).isEqualTo("closing");
        scenario.simulators().mesa().faults().clear();

        Endings.assertFailed(scenario, session, "workspace_not_flushed");
    }

    @Test
    void aMountThatDoesNotEndIsGivenUp() {
        scenario.simulators().mounts().faults().hangOnTerm(true);

        Endings.assertFailed(scenario, started(), "workspace_not_flushed");
    }

    @Test
    void aFlushWhoseAnswerIsLostIsAskedAgain() {
        SandboxScript.FLUSH.fault(scenario).then(new Effect.Drop(true));
        SandboxScript.FLUSH.fault(scenario).then(new Effect.Stream(BadEnd.NO_END_EVENT, 0));
        SandboxScript.STOP.fault(scenario).then(Effect.portNotOpen());

        Endings.assertSucceeded(scenario, started());
    }

    @Test
    void aSandboxThatDiesWhileItsMountFlushesIsNoSuccess() throws Exception {
        try (var gate = scenario.simulators().mounts().faults().holdFlush()) {
            var session = started();
            assertThat(awaitClosing(session) && gate.awaitArrival()).isTrue();

            scenario.simulators().e2b().killFromOutside(session.sandboxId());

            Endings.assertFailed(scenario, session, "workspace_not_flushed");
        }
    }

    @Test
    void aSandboxThatDiesAfterTheFlushChangesNothing() {
        unreadable();
        var session = started();
        session.awaitEvent("workspace.flushed");

        scenario.simulators().e2b().killFromOutside(session.sandboxId());
        scenario.simulators().mesa().faults().clear();

        Endings.assertSucceeded(scenario, session);
    }

    private static boolean awaitClosing(StartedSession session) {
        return session.awaitStatus("closing").uuid() != null;
    }

    private StartedSession started() {
        return scenario.session().shell("echo here; echo new >new.txt").start();
    }

    private StartedSession waiting() {
        return scenario.session()
                .shell("echo here; until [ -f ~/go ]; do sleep 0.1; done; echo new >new.txt")
                .start();
    }

    /** Mounts work, but nothing says what they brought. */
    private void unreadable() {
        scenario.simulators()
                .mesa()
                .faults()
                .on((method, path) -> path.endsWith("/diff") || path.endsWith("/merge"))
                .drop();
    }

    private static void assertWarned(StartedSession session, String code) {
        assertThat(session.events("session.warning"))
                .extracting(event -> event.text("code"))
                .contains(code);
    }
}
