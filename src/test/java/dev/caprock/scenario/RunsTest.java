package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Further runs in the workspace of a session. */
@ScenarioTest
class RunsTest {

    @Autowired
    private Scenario scenario;

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex"})
    void runsFollowEachOtherInOneConversationAndACancelledOneLeavesTheSession(String agent) {
        var session = scenario.session()
                .agent(agent)
                .secret("ANTHROPIC_API_KEY", "any")
                .secret("OPENAI_API_KEY", "any")
                .prompt("#write one.txt 1")
                .start();
        session.queueRun("#write two.txt 2");
        session.queueRun("#sleep 60");
        session.queueRun("#write four.txt 4");
        session.awaitEvent("the third run's start", event -> event.is("run.started") && number(event) == 3);

        Reply cancelled = session.cancelRun(3);
        scenario.assertEndedClean(session);

        assertThat(cancelled.status()).isEqualTo(202);
        assertThat(statuses(session)).containsExactly("succeeded", "succeeded", "cancelled", "succeeded");
        assertThat(session.body().path("outcome").stringValue("")).isEqualTo("succeeded");
        assertThat(file(session, "one.txt")).startsWith("1");
        assertThat(file(session, "two.txt")).startsWith("2");
        assertThat(file(session, "four.txt")).startsWith("4");
        assertThat(session.runs().get(3).path("result").stringValue(""))
                .as("the conversation was handed on")
                .contains("prompt 4");
    }

    @Test
    void aRunThatWaitsIsCancelledAtOnceAndNeverStarts() {
        var session = scenario.session().shell("cat").prompt("#first").start();
        session.queueRun("never");
        Reply cancelled = session.cancelRun(2);

        scenario.assertEndedClean(session);

        assertThat(cancelled.json().path("status").stringValue("")).isEqualTo("cancelled");
        assertThat(statuses(session)).containsExactly("succeeded", "cancelled");
        assertThat(session.body().path("outcome").stringValue("")).isEqualTo("succeeded");
    }

    @Test
    void anIdleSessionTakesRunsUntilItCloses() {
        var session = scenario.session()
                .shell("cat")
                .prompt("one")
                .with("closeWhen", "expired")
                .start();
        session.awaitStatus("idle");
        session.queueRun("two");
        session.awaitPrinted("two");
        String second = session.runId(2);
        session.awaitEvent(
                "the second run's end",
                event -> event.is("run.finished")
                        && event.envelope().path("runId").stringValue("").equals(second));
        session.delete("graceful");

        Reply late = session.queueRun("three");
        scenario.assertEndedClean(session);

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("code").stringValue("")).isEqualTo("illegal_transition");
        assertThat(statuses(session)).containsExactly("succeeded", "succeeded");
        assertThat(session.body().path("outcome").stringValue("")).isEqualTo("cancelled");
    }

    private static int number(SeenEvent event) {
        return event.data().path("number").intValue();
    }

    private List<String> statuses(StartedSession session) {
        return session.runs()
                .valueStream()
                .map(run -> run.path("status").stringValue(""))
                .toList();
    }

    private String file(StartedSession session, String path) {
        byte[] content = scenario.simulators().mesa().file(session.repo(), "main", path);
        return new String(Objects.requireNonNull(content), StandardCharsets.UTF_8);
    }
}
