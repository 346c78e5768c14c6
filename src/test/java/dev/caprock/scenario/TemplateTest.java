package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.agent.Launch;
import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** In a sandbox made from a template that has everything, preparing only looks. */
@ScenarioTest
class TemplateTest {

    private static final Path TEMPLATES = Path.of("src/main/docker/templates");

    @Autowired
    private Scenario scenario;

    @Autowired
    private Agents agents;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex"})
    void inAnE2bTemplateNothingIsInstalled(String agent) throws IOException {
        var session = held(scenario.session().agent(agent).with("provider", "e2b"));

        assertNothingWasInstalled(session, session.machine());

        release(session, session.machine());
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-code", "codex"})
    void inAVercelSnapshotNothingIsInstalled(String agent) throws Exception {
        String snapshot = snapshot();
        var session =
                held(scenario.session().agent(agent).with("provider", "vercel").template(snapshot));
        var machine = scenario.simulators().vercel().machine(session.sandboxId());

        assertNothingWasInstalled(session, machine);

        release(session, machine);
        assertThat(scenario.simulators().vercel().ledger().live()).isEmpty();
    }

    @Test
    void withoutATemplateItIsSeenThatSomethingIsInstalled() throws IOException {
        var session = held(scenario.session().with("provider", "e2b").template("base"));

        assertThat(session.machine().folder().resolve("run/installed.log"))
                .content()
                .contains("fuse3");
        assertThat(session.machine().folder().resolve("run/fetched.log"))
                .content()
                .contains("mesa.dev");
        release(session, session.machine());
    }

    @Test
    void theTemplatesHaveTheProgramsOfAllAgents() throws IOException {
        String dockerfile = Files.readString(TEMPLATES.resolve("e2b.Dockerfile"));
        String script = Files.readString(TEMPLATES.resolve("vercel-snapshot.sh"));
        for (String kind : List.of("claude-code", "codex")) {
            Launch.Program program = Objects.requireNonNull(agents.find(kind)
                    .orElseThrow()
                    .launch(new AgentRequest(kind, List.of(), List.of(), null, null))
                    .program());
            assertThat(dockerfile).contains("npm install --global " + program.npmPackage() + "\n");
            assertThat(script).contains("install %s %s\n".formatted(program.executable(), program.npmPackage()));
        }
    }

    /** Makes a snapshot as a platform engineer would, with the script that we ship. Its id. */
    private String snapshot() throws Exception {
        var command = new ProcessBuilder(TEMPLATES.resolve("vercel-snapshot.sh").toString());
        Path errors = folder.resolve("errors");
        command.redirectError(errors.toFile());
        command.environment()
                .putAll(Map.of(
                        "VERCEL_TOKEN", Simulators.VERCEL_TOKEN,
                        "VERCEL_TEAM_ID", Simulators.VERCEL_TEAM,
                        "VERCEL_PROJECT_ID", Simulators.VERCEL_PROJECT,
                        "VERCEL_API_URL", scenario.simulators().vercel().url().toString()));
        var running = command.start();
        String printed = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as(Files.readString(errors)).isZero();
        assertThat(Files.readString(errors))
                .contains("mesa done installed 0.46.0", "agent done installed @openai/codex")
                .doesNotContain(Simulators.VERCEL_TOKEN);
        assertThat(printed).matches("snap_\\w+\n");
        return printed.strip();
    }

    /** A session whose agent has been started, so that everything it needed is there, and that stays. */
    private static StartedSession held(SessionDraft draft) {
        var session = draft.with("closeWhen", "expired")
                .secret("OPENAI_API_KEY", "any")
                .start();
        session.awaitEvent("run.finished");
        return session;
    }

    private void release(StartedSession session, Machine machine) {
        assertThat(machine.folder().resolve("run/mounts")).isNotEmptyFile();
        session.delete("graceful");
        scenario.assertEndedClean(session);
        assertThat(session.run().path("status").stringValue("")).isEqualTo("succeeded");
    }

    private static void assertNothingWasInstalled(StartedSession session, Machine machine) throws IOException {
        assertThat(Stream.of("run/installed.log", "run/fetched.log").map(machine.folder()::resolve))
                .as("what apt-get, dnf, npm, curl and Mesa's installer write")
                .allSatisfy(log -> assertThat(log).doesNotExist());
        assertThat(session.events("prepare.phase"))
                .filteredOn(event -> event.text("state").equals("skipped"))
                .extracting(event -> event.text("phase"))
                .as("a device that is made at boot may have to be opened, so fuse is no matter")
                .contains("packages", "mesa", "agent");
    }
}
