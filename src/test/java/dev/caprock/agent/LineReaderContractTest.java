package dev.caprock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** What every reader of an agent's lines promises. */
class LineReaderContractTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final List<String> NUMBERS =
            List.of("-1", "0", "0.1", "1e999", "-1e-999", "9223372036854775807", "1" + "0".repeat(400));

    /**
     * An agent, and of what its lines are made.
     *
     * @param message a line that says a text
     * @param types what a {@code type} may be
     */
    record Speaker(Agent agent, String message, List<String> types, List<String> fields) {

        LineReader reader() {
            return agent.reader().orElseThrow();
        }

        @Override
        public String toString() {
            return agent.kind();
        }
    }

    static Stream<Speaker> speakers() {
        return Stream.of(
                new Speaker(
                        new ClaudeCode(MAPPER),
                        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}",
                        List.of("system", "assistant", "user", "result", "text", "tool_use", "tool_result"),
                        List.of(
                                "message",
                                "content",
                                "text",
                                "id",
                                "name",
                                "input",
                                "is_error",
                                "usage",
                                "input_tokens",
                                "total_cost_usd",
                                "session_id")),
                new Speaker(
                        new Codex(MAPPER),
                        "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\",\"type\":\"agent_message\",\"text\":\"%s\"}}",
                        List.of(
                                "thread.started",
                                "item.started",
                                "item.updated",
                                "item.completed",
                                "turn.completed",
                                "turn.failed",
                                "agent_message",
                                "command_execution",
                                "file_change",
                                "mcp_tool_call",
                                "web_search",
                                "todo_list"),
                        List.of(
                                "item",
                                "item",
                                "id",
                                "thread_id",
                                "changes",
                                "result",
                                "content",
                                "error",
                                "message",
                                "items",
                                "usage",
                                "input_tokens",
                                "status")));
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void aLineThatWasCutSaysNothing(Speaker speaker) {
        String line = speaker.message().formatted("héllo \\\"you\\\" \\u00e4");

        assertThat(speaker.reader().read(line)).isNotEmpty();
        for (int end = 0; end < line.length(); end++) {
            assertThat(speaker.reader().read(line.substring(0, end))).isEmpty();
        }
        for (int start = 1; start < line.length(); start++) {
            assertThat(speaker.reader().read(line.substring(start))).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void aHugeLineIsRead(Speaker speaker) {
        String text = "x".repeat(4_000_000);

        assertThat(speaker.reader().read(speaker.message().formatted(text)))
                .contains(new AgentEvent.Message("assistant", text));
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void nulIsTextWhereItIsEscapedAndNoJsonWhereItIsNot(Speaker speaker) {
        assertThat(speaker.reader().read(speaker.message().formatted("a\\u0000b")))
                .contains(new AgentEvent.Message("assistant", "a\0b"));
        assertThat(speaker.reader().read(speaker.message().formatted("a\0b"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void nestingThatIsTooDeepSaysNothing(Speaker speaker) {
        assertThat(speaker.reader().read("{\"type\":" + "[".repeat(100_000))).isEmpty();
        assertThat(speaker.reader().read("{\"type\":".repeat(100_000))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void noLineMakesItThrow(Speaker speaker) {
        var random = new Random(20261121);
        int understood = 0;
        for (int i = 0; i < 50_000; i++) {
            String line = object(random, speaker, 4);
            try {
                understood += speaker.reader().read(line).isEmpty() ? 0 : 1;
            } catch (RuntimeException e) {
                throw new AssertionError(line, e);
            }
        }
        assertThat(understood).isGreaterThan(1_000);
    }

    private static String object(Random random, Speaker speaker, int depth) {
        var json = new StringBuilder("{\"type\":")
                .append(random.nextInt(8) == 0 ? value(random, speaker, depth - 1) : oneOf(random, speaker.types()));
        for (int i = random.nextInt(5); i > 0; i--) {
            json.append(',').append(oneOf(random, speaker.fields())).append(':');
            json.append(value(random, speaker, depth - 1));
        }
        return json.append('}').toString();
    }

    private static String value(Random random, Speaker speaker, int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 5)) {
            case 0, 1 -> oneOf(random, speaker.types());
            case 2 -> List.of("null", "true", "false").get(random.nextInt(3));
            case 3 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 4 -> "\"\\ud800\\u0000\"";
            case 5, 6 -> "[%s,%s]".formatted(value(random, speaker, depth - 1), value(random, speaker, depth - 1));
            default -> object(random, speaker, depth - 1);
        };
    }

    private static String oneOf(Random random, List<String> words) {
        return "\"%s\"".formatted(words.get(random.nextInt(words.size())));
    }
}
