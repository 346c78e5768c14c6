package dev.caprock.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ClaudeStandInTest {

    private static final Map<String, String> KEY =
            Map.of("ANTHROPIC_API_KEY", "test-only", "CLAUDE_STAND_IN_PAUSE", "0");

    private Machine machine;

    @BeforeEach
    void start() {
        machine = Machine.start(new Template("agent", "apt-get", java.util.Set.of("claude"), false), List.of());
    }

    @AfterEach
    void end() {
        machine.close();
    }

    @Test
    void itTellsAsStreamJsonWhatItDoesAndLeavesAFile() throws Exception {
        var result = claude("Fix the \"bug\"\nin C:\\x\tnow", KEY);

        var lines = json(result);
        assertThat(lines)
                .extracting(line -> line.get("type").asString())
                .containsExactly("system", "assistant", "assistant", "user", "result");
        assertThat(lines).extracting(line -> line.get("session_id").asString()).containsOnly(sessionId(lines));
        JsonNode last = lines.getLast();
        assertThat(last.get("is_error").asBoolean()).isFalse();
        assertThat(last.get("usage").get("output_tokens").asInt()).isEqualTo(30);
        assertThat(machine.home("user").resolve("CLAUDE_WAS_HERE.md")).hasContent("Fix the \"bug\"\nin C:\\x\tnow\n");
    }

    @Test
    void itResumesASessionAndKnowsWhatItHasHeard() throws Exception {
        String id = sessionId(json(claude("hello", KEY)));

        var result = claude("go on", KEY, "--resume", id);

        assertThat(result.out().lines()).allMatch(line -> line.contains(id));
        assertThat(result.out()).contains("I will write down prompt 2 of this session.");
        assertThat(json(result).getLast().get("result").asString()).isEqualTo("Wrote CLAUDE_WAS_HERE.md for prompt 2");
    }

    @Test
    void itDoesNotResumeASessionThatItNeverHad() throws Exception {
        var result = claude("go on", KEY, "--resume", "11111111-2222-3333-4444-555555555555");

        assertThat(result.exit().code()).isEqualTo(1);
        assertThat(result.err()).contains("No conversation found");
    }

    @Test
    void thePromptSteersIt() throws Exception {
        var result = claude("#print plain text\n#stderr trouble\n#write note.txt some words\n#exit 3", KEY);

        assertThat(result.exit().code()).isEqualTo(3);
        assertThat(result.out()).contains("\nplain text\n").contains("\"is_error\":true");
        assertThat(result.err()).isEqualTo("trouble\n");
        assertThat(machine.home("user").resolve("note.txt")).hasContent("some words\n");
    }

    @Test
    void itRefusesToWorkWithoutAKey() throws Exception {
        var result = claude("hello", Map.of());

        assertThat(result.exit().code()).isEqualTo(1);
        assertThat(result.err()).contains("/login");
        assertThat(machine.home("user").resolve("CLAUDE_WAS_HERE.md")).doesNotExist();
    }

    private static List<JsonNode> json(Result result) {
        return result.out().lines().map(JsonMapper.shared()::readTree).toList();
    }

    private static String sessionId(List<JsonNode> lines) {
        return lines.getFirst().get("session_id").asString();
    }

    private Result claude(String prompt, Map<String, String> environment, String... more) throws IOException {
        var arguments = new java.util.ArrayList<>(List.of(
                "claude", "-p", "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"));
        arguments.addAll(List.of(more));
        var process = machine.start(new MachineCommand(arguments, Machine.USER, environment, null, true));
        try (var stdin = process.stdin()) {
            stdin.write(prompt.getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            // one that refuses at once need not have read it
        }
        return Result.of(process);
    }
}
