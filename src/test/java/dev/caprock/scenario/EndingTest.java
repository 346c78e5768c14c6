package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@ScenarioTest
class EndingTest {

    @Autowired
    private Scenario scenario;

    @Test
    void eachWayToEndHasItsOutcomeAndItsCode() {
        var exited = scenario.session().shell("echo no >&2; exit 3").start();
        var slow =
                scenario.session().shell("sleep 60").with("runTimeout", "PT2S").start();
        var late = scenario.session().shell("sleep 60").with("ttl", "PT4S").start();
        var idle = scenario.session()
                .shell("true")
                .with("ttl", "PT6S")
                .with("closeWhen", "expired")
                .start();

        scenario.assertEndedClean(exited, slow, late, idle);

        assertThat(end(exited)).containsExactly("failed", "agent_failed");
        assertThat(end(slow)).containsExactly("failed", "run_timed_out");
        assertThat(end(late)).containsExactly("expired", "");
        assertThat(end(idle)).containsExactly("expired", "");
        assertThat(slow.run().path("status").stringValue()).isEqualTo("failed");
        assertThat(exited.run().path("exitCode").intValue()).isEqualTo(3);
        assertThat(exited.text("stderr")).isEqualTo("no\n");
        assertThat(exited.text("stdout")).isEmpty();
    }

    private static List<String> end(StartedSession session) {
        var body = session.body();
        return List.of(
                body.path("outcome").stringValue(""), body.at("/detail/code").stringValue(""));
    }
}
