package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every error tells a machine and a person what was wrong, in one form. */
@ScenarioTest
class BadRequestTest {

    @Autowired
    private Scenario scenario;

    @LocalServerPort
    private int port;

    /** A request for a session with one field that is not as it should be, and where the answer must point. */
    record Bad(String name, String field, @Nullable Object value, int status, String code, String pointer) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Bad> bad() {
        return List.of(
                invalid("an unknown field", "promt", "x", "/promt"),
                invalid(
                        "an unknown field further in",
                        "agent",
                        Map.of("kind", "command", "comand", List.of()),
                        "/agent/comand"),
                invalid(
                        "an unknown field in a list",
                        "repos",
                        List.of(Map.of("name", "a", "mod", "rw")),
                        "/repos/0/mod"),
                invalid("a text for a number", "resources", Map.of("vcpus", "many"), "/resources/vcpus"),
                invalid("a list for a text", "prompt", List.of("x"), "/prompt"),
                invalid("a number for a text", "ttl", 5, "/ttl"),
                invalid("a text for a list", "repos", "a", "/repos"),
                invalid("no repos", "repos", null, "/repos"),
                invalid("an empty list of repos", "repos", List.of(), "/repos"),
                invalid("no name of a repo", "repos", List.of(Map.of("mode", "rw")), "/repos/0/name"),
                invalid("a bad name of a repo", "repos", List.of(Map.of("name", "../etc")), "/repos/0/name"),
                invalid(
                        "a repo named twice",
                        "repos",
                        List.of(Map.of("name", "a"), Map.of("name", "A")),
                        "/repos/1/name"),
                invalid("a bad mode", "repos", List.of(Map.of("name", "a", "mode", "rwx")), "/repos/0/mode"),
                invalid("a ttl that is no duration", "ttl", "1 hour", "/ttl"),
                invalid("a ttl that is too long", "ttl", "PT13H", "/ttl"),
                invalid("a ttl that is too short", "ttl", "PT0.1S", "/ttl"),
                invalid("a runTimeout beyond the ttl", "runTimeout", "PT2H", "/runTimeout"),
                invalid("an unknown provider", "provider", "moon", "/provider"),
                invalid("an unknown isolation", "isolation", "none", "/isolation"),
                invalid("no agent", "agent", null, "/agent"),
                invalid("an unknown kind of agent", "agent", Map.of("kind", "clippy"), "/agent/kind"),
                invalid("no command", "agent", Map.of("kind", "command"), "/agent"),
                invalid(
                        "arguments that are ours",
                        "agent",
                        Map.of("kind", "claude-code", "args", List.of("-p")),
                        "/agent"),
                invalid("a bad name of a variable", "agent", command(Map.of("A B", "x")), "/agent/env/A B"),
                invalid("no prompt", "prompt", null, "/prompt"),
                invalid("a bad label", "labels", Map.of("a b", "x"), "/labels/a b"),
                impossible(
                        "a repo that is not there",
                        "repos",
                        List.of(Map.of("name", "nowhere")),
                        "repo_not_found",
                        "/repos/0/name"),
                impossible(
                        "more than the provider has",
                        "resources",
                        Map.of("vcpus", 64),
                        "not_possible",
                        "/resources/vcpus"));
    }

    private static Map<String, Object> command(Map<String, String> environment) {
        return Map.of("kind", "command", "command", List.of("true"), "env", environment);
    }

    private static Bad invalid(String name, String field, @Nullable Object value, String pointer) {
        return new Bad(name, field, value, 400, "invalid_request", pointer);
    }

    private static Bad impossible(String name, String field, Object value, String code, String pointer) {
        return new Bad(name, field, value, 422, code, pointer);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aRequestForASessionIsToldWhichFieldIsWrong(Bad bad) {
        var draft = scenario.session().shell("true");
        var body = bad.value() == null
                ? draft.without(bad.field()).body()
                : draft.with(bad.field(), bad.value()).body();
        if (bad.value() == null) {
            body.remove(bad.field());
        }

        Reply reply = scenario.http().post("/v1/sessions", body);

        assertProblem(reply, bad.status(), "/v1/sessions");
        assertThat(reply.json().path("code").stringValue()).isEqualTo(bad.code());
        assertThat(pointers(reply)).containsExactly(bad.pointer());
    }

    @Test
    void allMistakesAreToldAtOnce() {
        Reply reply = scenario.http().post("/v1/sessions", Map.of("ttl", "x", "publish", "y"));

        assertProblem(reply, 400, "/v1/sessions");
        assertThat(pointers(reply)).contains("/ttl", "/publish", "/repos", "/agent", "/prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"prompt\": ", "", "null", "[]", "\"text\"", "{\"prompt\": \"a\"} trailing"})
    void aBodyThatIsNoRequestIsRefused(String body) {
        assertProblem(scenario.http().post("/v1/sessions", body), 400, "/v1/sessions");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /v1/sessions?limit=0,                                          400, /limit",
        "GET,    /v1/sessions?limit=many,                                       400, /limit",
        "GET,    /v1/sessions?cursor=x,                                         400, /cursor",
        "GET,    /v1/sessions?status=asleep,                                    400, /status",
        "GET,    /v1/sessions?label=team,                                       400, /label",
        "GET,    /v1/sessions?label=a:%00,                                      400, /label",
        "GET,    /v1/sessions?provider=%00,                                     400, /provider",
        "GET,    /v1/audit?action=%00,                                          400, /action",
        "GET,    /v1/audit?subject=%00,                                         400, /subject",
        "GET,    /v1/audit?target=a%00,                                         400, /target",
        "GET,    /v1/audit?from=%2B999999999-12-31T23:59:59Z,                   400, /from",
        "GET,    /v1/audit?to=-999999999-01-01T00:00:00Z,                       400, /to",
        "GET,    /v1/sessions/ses_1,                                            404,",
        "GET,    /v1/sessions/run_00000000000070008000000000000000,             404,",
        "GET,    /v1/sessions/ses_00000000000070008000000000000000,             404,",
        "DELETE, /v1/sessions/ses_00000000000070008000000000000000,             404,",
        "DELETE, /v1/sessions/ses_00000000000070008000000000000000?mode=soon,   400, /mode",
        "GET,    /v1/sessions/ses_00000000000070008000000000000000/events,      404,",
        "GET,    /v1/sessions/ses_00000000000070008000000000000000/events?after=-1, 400, /after",
        "GET,    /v1/sessions/ses_00000000000070008000000000000000/events?after=x,  400, /after",
        "GET,    /v1/sessions/ses_00000000000070008000000000000000/events?limit=0,  400, /limit",
        "PUT,    /v1/sessions,                                                  405,",
        "TRACE,  /v1/sessions,                                                  405,",
        "GET,    /v1/nothing,                                                   404,",
        "GET,    /,                                                             404,",
        "GET,    /error,                                                        404,",
        "GET,    /v1/sessions/a%2Fb,                                            400,",
        "GET,    /v1/sessions/%00,                                              400,",
    })
    void anyOtherErrorHasTheSameForm(String method, String path, int status, @Nullable String pointer) {
        Reply reply = scenario.http().send(method, path, BodyPublishers.noBody());

        assertProblem(reply, status, path.replaceFirst("\\?.*", ""));
        assertThat(pointers(reply)).isEqualTo(pointer == null ? List.of() : List.of(pointer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/yaml",
                "application/xml",
                "application/cbor",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x"
            })
    void aBodyOfAnotherTypeIsRefused(String type) {
        Reply reply = scenario.http()
                .send("POST", "/v1/sessions", BodyPublishers.ofString("prompt: a"), "Content-Type", type);

        assertProblem(reply, 415, "/v1/sessions");
    }

    @Test
    void anAnswerOfAnotherTypeIsNotOffered() {
        assertProblem(scenario.http().get("/v1/sessions", "Accept", "image/png"), 406, "/v1/sessions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/ses|ions HTTP/1.1", "GET /v1/sessions/%zz HTTP/1.1", "GET /v1/<b> HTTP/1.1"})
    void aRequestThatIsHardlyHttpIsRefusedInTheSameForm(String line) throws IOException {
        String answer;
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            String request = line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json")
                .doesNotContain("<html", "\tat ");
        JsonNode problem =
                JsonMapper.shared().readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
        assertThat(problem.path("code").stringValue()).isEqualTo("bad_request");
    }

    @Test
    void theTraceIdIsTheCallersOwn() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        Reply reply = scenario.http().get("/v1/sessions/none", "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");

        assertThat(reply.json().path("traceId").stringValue()).isEqualTo(trace);
        assertThat(reply.header("X-Request-Id")).isEqualTo(trace);
    }

    private static void assertProblem(Reply reply, int status, String path) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        JsonNode problem = reply.json();
        assertThat(problem.propertyNames())
                .containsExactlyInAnyOrder(
                        "type",
                        "title",
                        "status",
                        "detail",
                        "instance",
                        "code",
                        "traceId",
                        "retryable",
                        "remedy",
                        "errors");
        assertThat(problem.path("type").stringValue())
                .isEqualTo(
                        "https://caprock.dev/problems/" + problem.path("code").stringValue());
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("instance").stringValue()).isEqualTo(path);
        assertThat(problem.path("traceId").stringValue()).matches("[0-9a-f]{32}");
        assertThat(problem.path("retryable").booleanValue()).isFalse();
        for (String words : List.of("title", "detail", "remedy")) {
            assertThat(problem.path(words).stringValue()).as(words).isNotBlank();
        }
        assertThat(reply.body())
                .doesNotContain("Exception", "org.springframework", "dev.caprock.session", "tools.jackson");
    }

    private static List<String> pointers(Reply reply) {
        return reply.json()
                .path("errors")
                .valueStream()
                .map(error -> error.path("pointer").stringValue())
                .toList();
    }
}
