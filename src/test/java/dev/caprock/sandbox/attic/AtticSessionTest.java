package dev.caprock.sandbox.attic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.sandbox.ProviderContract.Trouble;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import dev.caprock.scenario.SessionDraft;
import dev.caprock.scenario.StartedSession;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

/** Whole sessions by REST, with a provider of which the service had never heard. */
@ScenarioTest
@Import(AtticConfiguration.class)
class AtticSessionTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private Attic attic;

    @Test
    void aSessionIsOpenedRunPublishedAndClosed() {
        var session = draft("echo here; echo new >new.txt").start();

        scenario.assertEndedClean(session);

        assertOutcome(session, "succeeded");
        assertThat(session.text("stdout")).isEqualTo("here\n");
        assertThat(scenario.simulators().mesa().file(session.repo(), "main", "new.txt"))
                .asString()
                .isEqualTo("new\n");
        assertThat(attic.all()).isEmpty();
    }

    @Test
    void aSandboxWhoseAnswerWasLostIsAdopted() {
        attic.trouble.set(Trouble.LOST);
        var session = draft("true").start();

        scenario.assertEndedClean(session);

        assertOutcome(session, "succeeded");
        assertThat(attic.all()).isEmpty();
    }

    @Test
    void aSandboxThatDiesIsLost() {
        var session = draft("echo here; sleep 60").start();
        session.awaitPrinted("here");

        session.killSandbox();
        scenario.assertEndedClean(session);

        assertOutcome(session, "failed");
        assertThat(session.body().path("detail").path("code").stringValue("")).isEqualTo("sandbox_lost");
    }

    private SessionDraft draft(String script) {
        return scenario.session().provider("attic").shell(script);
    }

    private static void assertOutcome(StartedSession session, String outcome) {
        assertThat(session.body().path("outcome").stringValue(""))
                .as(() -> session.body().toPrettyString())
                .isEqualTo(outcome);
    }
}
