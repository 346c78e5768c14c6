package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a request may say of its sandbox's network, and what is made of it. */
@ScenarioTest
class NetworkRequestTest {

    @Autowired
    private Scenario scenario;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"allow": ["a b"]}                                                      | /network/allow/0
                    {"allow": ["*"]}                                                        | /network/allow/0
                    {"allow": ["ok.com", "https://a.com"]}                                  | /network/allow/1
                    {"inject": [{"headers": {"x-key": "v"}}]}                               | /network/inject/0/host
                    {"inject": [{"host": "10.0.0.1", "headers": {"x-key": "v"}}]}           | /network/inject/0/host
                    {"inject": [{"host": "*.com", "headers": {"x-key": "v"}}]}              | /network/inject/0/host
                    {"inject": [{"host": "a.com"}]}                                         | /network/inject/0/headers
                    {"inject": [{"host": "a.com", "headers": {}}]}                          | /network/inject/0/headers
                    {"inject": [{"host": "a.com", "headers": {"a:b": "v"}}]}                | /network/inject/0/headers/a:b
                    {"inject": [{"host": "a.com", "headers": {"Host": "v"}}]}               | /network/inject/0/headers/Host
                    {"inject": [{"host": "a.com", "headers": {"x-key": ""}}]}               | /network/inject/0/headers/x-key
                    {"inject": [{"host": "a.com", "headers": {"x-key": "a\\nb"}}]}           | /network/inject/0/headers/x-key
                    {"inject": [{"host": "a.com", "headers": {"x-key": null}}]}             | /network/inject/0/headers/x-key
                    {"inject": [{"host": "a.com", "header": {"x-key": "v"}}]}               | /network/inject/0/header
                    """)
    void aMistakeIsPointedAt(String network, String pointer) {
        Reply reply = post("e2b", network);

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(pointers(reply)).containsExactly(pointer);
    }

    @Test
    void aHostOrAHeaderThatIsNamedTwiceIsAMistake() {
        Reply reply = post("e2b", """
                {"inject": [{"host": "a.com", "headers": {"x-key": "v"}},
                            {"host": "A.com", "headers": {"x-key": "v", "X-Key": "v"}}]}""");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(pointers(reply))
                .contains("/network/inject/1/host")
                .filteredOn(pointer -> pointer.startsWith("/network/inject/1/headers/"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    e2b    | {"inject": [{"host": "a.com", "headers": {"x": "${e2b.secret}"}}]} | /network/inject/0/headers/x
                    vercel | {"allow": ["api.anthropic.com", "10.0.0.1"]}                       | /network/allow/1
                    e2b    | {"allow": []}                                                      | /network/allow
                    """)
    void whatCannotBeDoneIsRefused(String provider, String network, String pointer) {
        Reply reply = post(provider, network);

        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(pointers(reply)).containsExactly(pointer);
        assertThat(reply.json().path("code").stringValue()).isEqualTo("not_possible");
    }

    @Test
    void aSandboxThatLacksWhatASessionNeedsMustBeAbleToInstallIt() {
        Map<String, Object> request = scenario.session()
                .template("base")
                .shell("true")
                .with("network", Map.of("allow", List.of("npm.agents.example")))
                .body();

        Reply reply = scenario.http().post("/v1/sessions", request);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(pointers(reply)).containsExactly("/network/allow");
        assertThat(reply.json().path("detail").stringValue())
                .contains("system.packages.example")
                .doesNotContain("npm.agents");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANTHROPIC_BASE_URL", "CLAUDE_CODE_USE_BEDROCK"})
    void anAgentThatIsToldOfAnotherModelNeedsNotReachItsOwn(String variable) {
        var session = scenario.session()
                .env(variable, "1")
                .with("network", Map.of("allow", List.of("gateway.example.com")))
                .start();

        assertThat(strings(session.body().at("/network/allow")))
                .containsExactly("gateway.example.com", "mesa.dev", "*.mesa.dev");
        scenario.assertEndedClean(session);
    }

    @Test
    void theMountsHostsAndThoseOfHeadersAreAllowedAndShownWithoutValues() {
        var session = scenario.session().with("network", network("""
                        {"allow": ["Example.com"],
                         "inject": [{"host": "API.anthropic.com", "headers": {"X-Api-Key": "canary-a"}},
                                    {"host": "b.example.org", "headers": {"b": "canary-b", "a": "canary-c"}}]}""")).start();

        JsonNode shown = session.body().path("network");
        assertThat(strings(shown.path("allow")))
                .containsExactly("example.com", "mesa.dev", "*.mesa.dev", "api.anthropic.com", "b.example.org");
        assertThat(shown.path("inject").toString()).isEqualTo("""
                        [{"host":"api.anthropic.com","headers":["X-Api-Key"]},{"host":"b.example.org","headers":["a","b"]}]""");
        assertThat(session.body().toString()).doesNotContain("canary");
        scenario.assertEndedClean(session);
    }

    @Test
    void withoutARequestThereIsNoNetworkToShow() {
        var session = scenario.session().start();

        assertThat(session.body().has("network")).isFalse();
        scenario.assertEndedClean(session);
    }

    private Reply post(String provider, String network) {
        Map<String, Object> request = scenario.session()
                .with("provider", provider)
                .template(provider.equals("vercel") ? "snap_prepared" : "my-mesa-template")
                .with("network", network(network))
                .body();
        return scenario.http().post("/v1/sessions", request);
    }

    private static JsonNode network(String json) {
        return JsonMapper.shared().readTree(json);
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private static List<String> pointers(Reply reply) {
        return reply.json()
                .path("errors")
                .valueStream()
                .map(error -> error.path("pointer").stringValue())
                .toList();
    }
}
