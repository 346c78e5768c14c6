package dev.caprock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class CodexTests {

    private final JsonMapper mapper = JsonMapper.shared();
    private final Codex codex = new Codex(mapper);

    @Test
    void thePromptIsNoArgument() {
        assertThat(codex.launch(request(List.of("--image", "a.png"), null)).argv())
                .endsWith(
                        "codex",
                        "exec",
                        "--image",
                        "a.png",
                        "--json",
                        "--skip-git-repo-check",
                        "--dangerously-bypass-approvals-and-sandbox",
                        "-");
    }

    @Test
    void aConversationIsResumed() {
        assertThat(codex.launch(request(List.of(), "abc")).argv()).endsWith("resume", "abc", "-");
    }

    @Test
    void aVersionIsInstalled() {
        var pinned = new AgentRequest("codex", List.of(), List.of(), "0.169.0", null);

        assertThat(codex.launch(pinned).program()).isEqualTo(new Launch.Program("codex", "@openai/codex", "0.169.0"));
    }

    @Test
    void eitherKeyReachesItUnderTheNameThatItReads() throws Exception {
        var argv = codex.launch(request(List.of(), null)).argv();

        assertThat(keyOf(argv, "OPENAI_API_KEY=open")).isEqualTo("open");
        assertThat(keyOf(argv, "OPENAI_API_KEY=open", "CODEX_API_KEY=codex")).isEqualTo("codex");
        assertThat(keyOf(argv)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--json", "--json=true", "-s", "--sandbox=read-only", "--yolo", "--ephemeral", "resume", "-"})
    void argumentsThatWouldChangeWhatWeReadAreRefused(String argument) {
        assertThat(codex.refusal(request(List.of("--model", "gpt-5.1", argument), null)))
                .isPresent();
        assertThat(codex.refusal(request(List.of("--model", "gpt-5.1"), null))).isEmpty();
    }

    @Test
    void aCommandOfTheCallersOwnIsRefused() {
        assertThat(codex.refusal(new AgentRequest("codex", List.of(), List.of("ls"), null, null)))
                .isPresent();
    }

    @Test
    void theConversationIsKnownFromTheStart() {
        assertThat(read("{\"type\":\"thread.started\",\"thread_id\":\"abc\"}"))
                .containsExactly(new AgentEvent.Conversation("abc"));
    }

    @Test
    void aMessageIsTheLastWordUntilTheNextOne() {
        assertThat(item("completed", "\"type\":\"agent_message\",\"text\":\"I look.\""))
                .containsExactly(
                        new AgentEvent.Message("assistant", "I look."), new AgentEvent.Finished("I look.", false));
    }

    @Test
    void aCommandIsToldAsItStartsAndEnds() {
        assertThat(item("started", "\"type\":\"command_execution\",\"command\":\"ls\",\"status\":\"in_progress\""))
                .containsExactly(
                        new AgentEvent.Tool("item_1", "command_execution", mapper.readTree("{\"command\":\"ls\"}")));
        assertThat(item("completed", """
                "type":"command_execution","command":"ls","aggregated_output":"a\\nb","exit_code":2,"status":"failed\"""")).containsExactly(new AgentEvent.ToolResult("item_1", "a\nb", true));
    }

    @Test
    void aChangeOfFilesIsToldWholeAtItsEnd() {
        assertThat(item("started", "\"type\":\"file_change\",\"changes\":[]")).isEmpty();
        assertThat(item("completed", """
                "type":"file_change","status":"completed","changes":[{"path":"a.txt","kind":"add"},{"path":"b","kind":"delete"}]"""))
                .last()
                .isEqualTo(new AgentEvent.ToolResult("item_1", "add a.txt\ndelete b", false));
    }

    @Test
    void aToolOfAServerIsCalledByBothNames() {
        assertThat(item(
                        "started",
                        "\"type\":\"mcp_tool_call\",\"server\":\"docs\",\"tool\":\"find\",\"arguments\":{\"q\":1}"))
                .containsExactly(new AgentEvent.Tool("item_1", "docs.find", mapper.readTree("{\"q\":1}")));
        assertThat(item("completed", """
                "type":"mcp_tool_call","status":"completed","result":{"content":[{"type":"text","text":"found"}]},"error":null""")).containsExactly(new AgentEvent.ToolResult("item_1", "found", false));
        assertThat(item("completed", """
                "type":"mcp_tool_call","status":"failed","result":null,"error":{"message":"no server"}""")).containsExactly(new AgentEvent.ToolResult("item_1", "no server", true));
    }

    @Test
    void itsPlanIsAToolThatItUsesAgainWithEachChange() {
        assertThat(item("updated", "\"type\":\"todo_list\",\"items\":[{\"text\":\"look\",\"completed\":true}]"))
                .containsExactly(new AgentEvent.Tool(
                        "item_1",
                        "todo_list",
                        mapper.readTree("{\"items\":[{\"text\":\"look\",\"completed\":true}]}")));
    }

    @Test
    void cachedInputIsNotCountedTwice() {
        assertThat(read("""
                {"type":"turn.completed","usage":{"input_tokens":200,"cached_input_tokens":80,\
                "cache_write_input_tokens":0,"output_tokens":14,"reasoning_output_tokens":4}}""")).containsExactly(new AgentEvent.Usage(200, 14, null));
    }

    @Test
    void aFailedTurnSaysWhy() {
        assertThat(read("{\"type\":\"turn.failed\",\"error\":{\"message\":\"the model is not there\"}}"))
                .containsExactly(new AgentEvent.Finished("the model is not there", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "WARNING: something",
                "{\"type\":\"thread.sta",
                "{\"type\":\"thread.started\"}",
                "{\"type\":\"thread.started\",\"thread_id\":[1]}",
                "{\"type\":\"turn.started\"}",
                "{\"type\":\"error\",\"message\":\"Reconnecting... 2/5 (stream closed)\"}",
                "{\"type\":\"item.completed\"}",
                "{\"type\":\"item.completed\",\"item\":7}",
                "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\",\"type\":\"error\",\"message\":\"only a warning\"}}",
                "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\",\"type\":\"reasoning\",\"text\":\"hm\"}}",
                "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\",\"type\":\"hologram\"}}",
                "{\"type\":\"turn.completed\"} {}"
            })
    void whatItDoesNotKnowIsNothing(String line) {
        assertThat(read(line)).isEmpty();
    }

    private static String keyOf(List<String> argv, String... variables) throws Exception {
        var command = new ArrayList<>(List.of("env", "-i"));
        command.addAll(List.of(variables));
        command.addAll(
                List.of("/bin/sh", "-c", argv.get(2).replace("exec codex \"$@\"", "printf %s \"$CODEX_API_KEY\"")));
        var process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private List<AgentEvent> item(String moment, String fields) {
        return read("{\"type\":\"item.%s\",\"item\":{\"id\":\"item_1\",%s}}".formatted(moment, fields));
    }

    private List<AgentEvent> read(String line) {
        return codex.reader().orElseThrow().read(line);
    }

    private static AgentRequest request(List<String> args, @Nullable String conversation) {
        return new AgentRequest("codex", args, List.of(), null, conversation);
    }
}
