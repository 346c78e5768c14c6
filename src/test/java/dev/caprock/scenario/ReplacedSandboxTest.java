package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A session that loses its sandbox goes on in another one, where it was asked to. */
@ScenarioTest
class ReplacedSandboxTest {

    /** Works for ever, until its bookmark has a file that was not there before. */
    private static final String AGENT =
            "if [ -e edited.txt ]; then echo again; else echo first; while :; do sleep 0.05; done; fi";

    @Autowired
    private Scenario scenario;

    @Test
    void theRunStartsAgainInAnotherSandboxOnTheSameWorkspace() {
        var session =
                scenario.session().with("onSandboxLost", "replace").shell(AGENT).start();
        String lost = session.sandboxId();
        session.awaitPrinted("first");
        String repo = session.repo();
        scenario.simulators().mesa().commit(repo, session.bookmark(), Map.of("edited.txt", "once\n"));

        scenario.simulators().e2b().killFromOutside(lost);

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo("first\nagain\n");
        assertThat(file(repo, "edited.txt")).isEqualTo("once\n");
        assertThat(session.events("sandbox.lost"))
                .singleElement()
                .satisfies(event -> assertThat(event.text("sandboxId")).isEqualTo(lost));
        SeenEvent replaced = session.events("sandbox.replaced").getFirst();
        assertThat(replaced.text("lost")).isEqualTo(lost);
        assertThat(session.events("sandbox.destroyed"))
                .extracting(event -> event.text("sandboxId"))
                .containsExactly(lost, replaced.text("sandboxId"));
        assertThat(seqOf(session, "sandbox.destroyed"))
                .as("the lost one is proved gone before another is made")
                .isLessThan(replaced.seq());
        assertThat(session.events("session.status"))
                .extracting(event -> event.text("status"))
                .containsExactly("queued", "opening", "running", "opening", "running", "closing", "closed");
        assertThat(session.events("run.started")).hasSize(2);
        assertThat(session.events("run.finished")).hasSize(1);
    }

    @Test
    void aSessionIsNotReplacedForEver() {
        var session = scenario.session()
                .with("onSandboxLost", "replace")
                .shell("echo up; while :; do sleep 0.05; done")
                .start();

        for (int lost = 1; lost <= 4; lost++) {
            int started = lost;
            session.awaitEvent(
                    "start " + started,
                    event -> event.is("run.started")
                            && session.seen().stream()
                                            .filter(each -> each.is("run.started"))
                                            .count()
                                    >= started);
            String sandbox = session.events("sandbox.created").getLast().text("sandboxId");
            scenario.simulators().e2b().killFromOutside(sandbox);
        }

        Endings.assertFailed(scenario, session, "sandbox_lost");
        assertThat(session.events("sandbox.replaced")).hasSize(3);
        assertThat(session.events("run.finished"))
                .singleElement()
                .satisfies(event -> assertThat(event.text("status")).isEqualTo("lost"));
    }

    @Test
    void aFurtherRunInAnotherSandboxBeginsAConversationOfItsOwn() {
        var session = scenario.session()
                .with("onSandboxLost", "replace")
                .with("closeWhen", "expired")
                .start();
        session.awaitStatus("idle");
        String lost = session.sandboxId();

        scenario.simulators().e2b().killFromOutside(lost);
        session.queueRun("Say it again.");
        session.awaitEvent(
                "the second run's end",
                event -> event.is("run.finished")
                        && session.seen().stream()
                                        .filter(each -> each.is("run.finished"))
                                        .count()
                                == 2);
        session.delete("graceful");

        session.awaitClosed();
        scenario.assertEndedClean(session);
        assertThat(session.runs().path(1).path("status").stringValue("")).isEqualTo("succeeded");
        assertThat(session.events("sandbox.replaced")).hasSize(1);
        assertThat(scenario.database()
                        .sql("select conversation is null from run where session_id = :id order by number")
                        .param("id", session.uuid())
                        .query(Boolean.class)
                        .list())
                .as("what the agent remembered went with the first sandbox")
                .containsExactly(true, false);
    }

    private static long seqOf(StartedSession session, String type) {
        return session.events(type).getFirst().seq();
    }

    private String file(String repo, String path) {
        byte[] content = scenario.simulators().mesa().file(repo, "main", path);
        return new String(Objects.requireNonNull(content), StandardCharsets.UTF_8);
    }
}
