package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@ScenarioTest
class ClaudeCodeSessionTest {

    @Autowired
    private Scenario scenario;

    @Test
    void anAgentThatSucceedsLeavesItsFileOnTheBaseBookmark() {
        var session = scenario.session()
                .template("base")
                .env("CLAUDE_STAND_IN_PAUSE", "0.2")
                .start();

        JsonNode body = session.awaitClosed();

        assertThat(body.path("outcome").stringValue()).isEqualTo("succeeded");
        assertThat(milestones(session))
                .containsExactly(
                        "queued",
                        "run.queued",
                        "opening",
                        "sandbox.ready",
                        "workspace.mounted",
                        "run.started",
                        "running",
                        "run.finished",
                        "closing",
                        "workspace.flushed",
                        "workspace.verified",
                        "closed");
        assertPrintedWhileItRan(session);
        assertIsShown(body);
        var mesa = scenario.simulators().mesa();
        assertThat(mesa.file(session.repo(), "main", "CLAUDE_WAS_HERE.md")).isEqualTo(bytes("Say hello.\n"));
        assertThat(mesa.bookmarks(session.repo())).containsExactly("main");
        assertThat(body.at("/changes/after").stringValue())
                .isEqualTo(mesa.bookmark(session.repo(), "main").changeId());
        scenario.assertEndedClean(session);
    }

    /** Those events whose order is given; what goes on side by side has none. */
    private static List<String> milestones(StartedSession session) {
        return session.events().stream()
                .filter(event -> !event.type().matches("prepare.*|credential.*|sandbox.(created|destroyed)"))
                .filter(event -> !event.type().matches("run.(output|message|tool|usage)"))
                .map(event -> event.is("session.status") ? event.text("status") : event.type())
                .toList();
    }

    private static void assertPrintedWhileItRan(StartedSession session) {
        SeenEvent phase = session.awaitEvent("prepare.phase");
        SeenEvent output = session.awaitEvent("run.output");
        SeenEvent finished = session.awaitEvent("run.finished");
        assertThat(phase.seq()).isLessThan(output.seq());
        assertThat(phase.seenAt()).isBefore(session.awaitEvent("sandbox.ready").at());
        assertThat(output.at()).isBefore(finished.at());
        assertThat(output.seenAt()).isBefore(finished.at());
        assertThat(session.events("run.message")).isNotEmpty();
        assertThat(session.events("run.tool")).isNotEmpty();
        assertThat(session.text("stdout").lines()).hasSize(5).last().asString().contains("\"type\":\"result\"");
    }

    private static void assertIsShown(JsonNode body) {
        JsonNode run = body.path("runs").path(0);
        assertThat(run.path("status").stringValue()).isEqualTo("succeeded");
        assertThat(run.path("exitCode").intValue()).isZero();
        assertThat(run.path("result").stringValue()).isEqualTo("Wrote CLAUDE_WAS_HERE.md for prompt 1");
        assertThat(run.path("usage").isEmpty()).isFalse();
        assertThat(run.at("/outputBytes/stdout").longValue()).isPositive();
        assertThat(body.path("timings").propertyNames())
                .contains("queuedMs", "credentialMs", "sandboxMs", "prepareMs", "mountMs", "toFirstOutputMs");
        assertThat(body.at("/changes/before").stringValue())
                .isNotEqualTo(body.at("/changes/after").stringValue());
        assertThat(body.at("/agent/secrets").isMissingNode()).isTrue();
    }

    @Test
    void aReaderSeesWhatAnAgentPrintsBeforeTheAgentGoesOn() throws Exception {
        var session = scenario.session()
                .shell("echo first; while [ ! -e $HOME/go ]; do sleep 0.05; done; echo last")
                .start();

        session.awaitPrinted("first"); // the agent waits for us
        Files.createFile(session.machine().home("user").resolve("go"));
        session.awaitClosed();

        assertThat(session.text("stdout")).isEqualTo("first\nlast\n");
        scenario.assertEndedClean(session);
    }

    @Test
    void aTemplateThatHasEverythingGetsNothingInstalled() throws Exception {
        var session = scenario.session().with("closeWhen", "expired").start().awaitStatus("idle");
        var bare = scenario.session()
                .template("base")
                .with("closeWhen", "expired")
                .start()
                .awaitStatus("idle");

        assertThat(installed(session)).isEmpty();
        assertThat(installed(bare)).contains("fuse3").contains("mesa-installer").contains("npm");
        session.delete("graceful");
        bare.delete("graceful");
        scenario.assertEndedClean(session, bare);
    }

    private static String installed(StartedSession session) throws java.io.IOException {
        Path log = session.machine().folder().resolve("run/installed.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
