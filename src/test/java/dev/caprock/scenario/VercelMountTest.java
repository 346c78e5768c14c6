package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.vercel.RecordedCommand;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Where commands may be kept apart, the mount is a command of its own, and it is looked for from another one. */
@ScenarioTest
class VercelMountTest {

    /** Only the keeper's script has these words. */
    private static final String KEEPER = "lives as long as the mount";

    @Autowired
    private Scenario scenario;

    @Test
    void theMountIsTheDefaultUsersAsLongAsOthersSeeIt() {
        var session = started();

        Endings.assertSucceeded(scenario, session);

        assertThat(keepers(session)).extracting(RecordedCommand::sudo).containsExactly(false);
        assertThat(phases(session)).containsOnlyOnce("mount done").doesNotContain("mount failed");
    }

    @Test
    void rootMountsWhereNobodyElseSeesWhatAUserMounts() {
        scenario.simulators().vercel().faults().keepCommandsApart();

        var session = started();

        Endings.assertSucceeded(scenario, session);
        assertThat(keepers(session)).extracting(RecordedCommand::sudo).containsExactly(false, true);
        assertThat(phases(session)).containsSubsequence("mount failed", "mount done");
        assertThat(session.text("stdout")).isEqualTo("A repo.\n");
        assertThat(scenario.simulators().mesa().file(session.repo(), "main", "new.txt"))
                .asString()
                .isEqualTo("new\n");
    }

    private StartedSession started() {
        return scenario.session()
                .provider("vercel")
                .shell("cat README.md; echo new >new.txt")
                .start();
    }

    private List<RecordedCommand> keepers(StartedSession session) {
        return scenario.simulators().vercel().ledger().commands().stream()
                .filter(command -> command.sandbox().equals(session.sandboxId()))
                .filter(command -> String.join(" ", command.arguments()).contains(KEEPER))
                .toList();
    }

    private static List<String> phases(StartedSession session) {
        return session.events("prepare.phase").stream()
                .map(event -> event.text("phase") + " " + event.text("state"))
                .toList();
    }
}
