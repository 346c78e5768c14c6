package dev.caprock.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CodexStandInTest {

    private static final Map<String, String> KEY = Map.of("CODEX_API_KEY", "test-only", "CODEX_STAND_IN_PAUSE", "0");

    private Machine machine;

    @BeforeEach
    void start() {
        machine = Machine.start(new Template("agent", "apt-get", Set.of("codex"), false), List.of());
    }

    @AfterEach
    void end() {
        machine.close();
    }

    @Test
    void itTellsAsJsonLinesWhatItDoesAndLeavesAFile() throws Exception {
        var result = codex("Fix the \"bug\"\nin C:\\x\tnow", KEY, "-");

        assertThat(json(result))
                .extracting(line -> line.get("type").asString())
                .containsExactly(
                        "thread.started",
                        "turn.started",
                        "item.completed",
                        "item.started",
                        "item.completed",
                        "item.completed",
                        "turn.completed");
        assertThat(result.exit().code()).isZero();
        assertThat(machine.home("user").resolve("CODEX_WAS_HERE.md")).hasContent("Fix the \"bug\"\nin C:\\x\tnow\n");
    }

    @Test
    void itResumesAThreadAndKnowsWhatItHasHeard() throws Exception {
        String id = json(codex("hello", KEY, "-")).getFirst().get("thread_id").asString();

        var lines = json(codex("go on", KEY, "resume", id, "-"));

        assertThat(lines.getFirst().get("thread_id").asString()).isEqualTo(id);
        assertThat(lines.get(5).get("item").get("text").asString()).isEqualTo("Wrote CODEX_WAS_HERE.md for prompt 2");
        assertThat(lines.getLast().get("usage").get("input_tokens").asInt()).isEqualTo(240);
    }

    @Test
    void itDoesNotResumeAThreadThatItNeverHad() throws Exception {
        var result = codex("go on", KEY, "resume", "11111111-2222-3333-4444-555555555555", "-");

        assertThat(result.exit().code()).isEqualTo(1);
        assertThat(result.err()).contains("no rollout found");
    }

    @Test
    void thePromptSteersIt() throws Exception {
        var result = codex("#print plain text\n#stderr trouble\n#write note.txt some words\n#exit 3", KEY, "-");

        assertThat(result.exit().code()).isEqualTo(3);
        assertThat(result.out()).contains("\nplain text\n").contains("\"turn.failed\"");
        assertThat(result.err()).isEqualTo("trouble\n");
        assertThat(machine.home("user").resolve("note.txt")).hasContent("some words\n");
    }

    @Test
    void itFailsWithoutItsKey() throws Exception {
        var result = codex("hello", Map.of("OPENAI_API_KEY", "not read by it", "CODEX_STAND_IN_PAUSE", "0"), "-");

        assertThat(result.exit().code()).isEqualTo(1);
        assertThat(json(result).getLast().get("type").asString()).isEqualTo("turn.failed");
        assertThat(machine.home("user").resolve("CODEX_WAS_HERE.md")).doesNotExist();
    }

    @Test
    void npmInstallsIt() throws Exception {
        try (var bare = Machine.start(Template.base(), List.of())) {
            var installed = run(
                    bare,
                    List.of("sh", "-c", "sudo npm install -g @openai/codex@0.169.0 && codex --version"),
                    Map.of(),
                    "");

            assertThat(installed.out()).isEqualTo("codex-cli 0.169.0\n");
        }
    }

    private static List<JsonNode> json(Result result) {
        return result.out().lines().map(JsonMapper.shared()::readTree).toList();
    }

    private Result codex(String prompt, Map<String, String> environment, String... last) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "codex", "exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"));
        arguments.addAll(List.of(last));
        return run(machine, arguments, environment, prompt);
    }

    private static Result run(Machine where, List<String> arguments, Map<String, String> environment, String prompt)
            throws IOException {
        var process = where.start(new MachineCommand(arguments, Machine.USER, environment, null, true));
        try (var stdin = process.stdin()) {
            stdin.write(prompt.getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            // one that refuses at once need not have read it
        }
        return Result.of(process);
    }
}
