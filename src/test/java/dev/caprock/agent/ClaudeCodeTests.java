package dev.caprock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ClaudeCodeTests {

    private final JsonMapper mapper = JsonMapper.shared();
    private final ClaudeCode claude = new ClaudeCode(mapper);

    @Test
    void thePromptIsNoArgument() {
        assertThat(claude.launch(request(List.of("--model", "opus"), null)).argv())
                .startsWith("claude", "-p", "--output-format", "stream-json")
                .endsWith("--dangerously-skip-permissions", "--model", "opus");
    }

    @Test
    void aConversationIsResumed() {
        assertThat(claude.launch(request(List.of(), "abc")).argv()).endsWith("--resume", "abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--output-format", "--output-format=text", "-p", "--resume=x"})
    void argumentsThatWouldChangeWhatWeReadAreRefused(String argument) {
        assertThat(claude.refusal(request(List.of("--model", "opus", argument), null)))
                .isPresent();
        assertThat(claude.refusal(request(List.of("--model", "opus"), null))).isEmpty();
    }

    @Test
    void messagesAndToolsAreRead() {
        assertThat(read("""
                {"type":"assistant","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},\
                {"type":"text","text":"I look."},{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}}"""))
                .containsExactly(
                        new AgentEvent.Message("assistant", "I look."),
                        new AgentEvent.Tool("t1", "Bash", mapper.readTree("{\"command\":\"ls\"}")));
    }

    @Test
    void whatAToolAnsweredIsRead() {
        assertThat(read("""
                {"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,\
                "content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}]}}""")).containsExactly(new AgentEvent.ToolResult("t1", "a\nb", true));
    }

    @Test
    void theResultIsRead() {
        assertThat(read("""
                {"type":"result","subtype":"success","is_error":false,"result":"Done.","session_id":"abc","total_cost_usd":0.25,\
                "usage":{"input_tokens":1,"cache_creation_input_tokens":10,"cache_read_input_tokens":100,"output_tokens":7}}"""))
                .containsExactly(
                        new AgentEvent.Usage(111, 7, new BigDecimal("0.25")),
                        new AgentEvent.Finished("Done.", false),
                        new AgentEvent.Conversation("abc"));
    }

    @Test
    void aResultWithoutAnAnswerSaysWhy() {
        assertThat(read("{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true}"))
                .contains(new AgentEvent.Finished("error_max_turns", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "{",
                "{\"type\":",
                "{}",
                "{\"type\":7}",
                "{\"type\":\"system\",\"subtype\":\"init\"}",
                "{\"type\":\"assistant\"}",
                "{\"type\":\"assistant\",\"message\":[1]}",
                "{\"type\":\"assistant\",\"message\":{\"content\":[1,null,{}]}}",
                "{\"type\":\"user\",\"message\":{\"content\":7}}"
            })
    void whatItDoesNotKnowIsNothing(String line) {
        assertThat(read(line)).isEmpty();
    }

    @Test
    void theConversationIsKnownFromTheStart() {
        assertThat(read("{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"abc\",\"tools\":[\"Bash\"]}"))
                .containsExactly(new AgentEvent.Conversation("abc"));
    }

    @Test
    void aCostThatIsNoAmountIsNotTold() {
        assertThat(read("{\"type\":\"result\",\"result\":\"ok\",\"total_cost_usd\":1e999}"))
                .containsExactly(new AgentEvent.Usage(0, 0, null), new AgentEvent.Finished("ok", false));
    }

    @Test
    void aVersionIsInstalled() {
        var pinned = new AgentRequest("claude-code", List.of(), List.of(), "2.1.0", null);

        assertThat(claude.launch(pinned).program())
                .isEqualTo(new Launch.Program("claude", "@anthropic-ai/claude-code", "2.1.0"));
    }

    @Test
    void absurdNestingIsNothing() {
        assertThat(read("{\"type\":" + "[".repeat(100_000))).isEmpty();
    }

    private List<AgentEvent> read(String line) {
        return claude.reader().orElseThrow().read(line);
    }

    private static AgentRequest request(List<String> args, @Nullable String conversation) {
        return new AgentRequest("claude-code", args, List.of(), null, conversation);
    }
}
