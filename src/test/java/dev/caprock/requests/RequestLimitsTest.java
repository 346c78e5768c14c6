package dev.caprock.requests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What is too large, too deep or said twice is refused, in the form of every other error. */
@ScenarioTest
class RequestLimitsTest {

    private static final byte[] TOO_LARGE =
            "{\"prompt\": \"%s\"}".formatted("x".repeat(5_000_000)).getBytes(StandardCharsets.UTF_8);

    @Autowired
    private Scenario scenario;

    @Test
    void aBodyThatSaysThatItIsTooLargeIsNotRead() {
        assertProblem(post(BodyPublishers.ofByteArray(TOO_LARGE)), 413, "content_too_large");
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsNotReadToItsEnd() {
        assertProblem(
                post(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(TOO_LARGE))),
                413,
                "content_too_large");
    }

    @Test
    void theLongestPromptFitsInAnyScript() {
        Reply reply = scenario.http()
                .post(
                        "/v1/sessions",
                        Map.of(
                                "repos",
                                List.of(Map.of("name", "nowhere")),
                                "agent",
                                Map.of("kind", "command", "command", List.of("true")),
                                "prompt",
                                "語".repeat(1024 * 1024)));

        assertProblem(reply, 422, "repo_not_found");
    }

    static List<String> unreadable() {
        return List.of(
                "[".repeat(200) + "]".repeat(200),
                "{\"a\":".repeat(200) + "1" + "}".repeat(200),
                "{\"prompt\": \"a\", \"prompt\": \"b\"}",
                "{\"labels\": {\"team\": \"a\", \"team\": \"b\"}}",
                "{\"" + "n".repeat(10_000) + "\": 1}",
                "{\"resources\": {\"vcpus\": " + "1".repeat(200) + "}}",
                "{\"prompt\": \"a\"} {}",
                "{\"prompt\": NaN}",
                "{'prompt': 'a'}",
                "{\"prompt\": \"a\", /* comment */ \"ttl\": \"PT1H\"}");
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void jsonIsStrict(String body) {
        assertProblem(post(BodyPublishers.ofString(body)), 400, "invalid_request");
    }

    @Test
    void headersHaveALimit() {
        Reply long_ = scenario.http().get("/v1/sessions", "X-Long", "x".repeat(20_000));
        String[] many = IntStream.range(0, 150)
                .boxed()
                .flatMap(i -> List.of("X-Many-" + i, "x").stream())
                .toArray(String[]::new);

        assertProblem(long_, 400, "bad_request");
        assertProblem(scenario.http().get("/v1/sessions", many), 400, "bad_request");
    }

    @Test
    void parametersHaveALimit() {
        String many = IntStream.range(0, 500).mapToObj(i -> "p" + i + "=1").collect(Collectors.joining("&"));

        assertProblem(scenario.http().get("/v1/sessions?" + many), 400, "bad_request");
    }

    private Reply post(BodyPublisher body) {
        return scenario.http().send("POST", "/v1/sessions", body, "Content-Type", "application/json");
    }

    private static void assertProblem(Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.json().path("code").stringValue()).isEqualTo(code);
        assertThat(reply.json().path("traceId").stringValue()).matches("[0-9a-f]{32}");
    }
}
