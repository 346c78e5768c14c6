package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The same request, whoever makes the sandbox. */
@ScenarioTest
class ProvidersTest {

    @Autowired
    private Scenario scenario;

    @ParameterizedTest
    @CsvSource({
        "e2b, claude-code, CLAUDE_WAS_HERE.md",
        "e2b, codex, CODEX_WAS_HERE.md",
        "vercel, claude-code, CLAUDE_WAS_HERE.md",
        "vercel, codex, CODEX_WAS_HERE.md"
    })
    void theSameRequestSucceedsWithEachAgent(String provider, String agent, String file) {
        var session = scenario.session()
                .agent(agent)
                .provider(provider)
                .secret("ANTHROPIC_API_KEY", "any")
                .secret("OPENAI_API_KEY", "any")
                .prompt("Say hello.")
                .start();

        scenario.assertEndedClean(session);

        assertThat(session.body().path("outcome").stringValue(""))
                .as(session.body().toPrettyString())
                .isEqualTo("succeeded");
        assertThat(scenario.simulators().mesa().file(session.repo(), "main", file))
                .asString()
                .startsWith("Say hello.");
        assertThat(scenario.simulators().vercel().ledger().live()).isEmpty();
    }
}
