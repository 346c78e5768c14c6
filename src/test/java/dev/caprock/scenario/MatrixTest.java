package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/** The same request, whoever makes the sandbox, however it is given access, whichever agent works in it. */
@ScenarioTest
class MatrixTest {

    private static final List<String> PROVIDERS = List.of("e2b", "vercel");
    private static final List<String> CREDENTIALS = List.of("derived-token", "session-key", "access-token", "layout");
    private static final Map<String, String> FILES = Map.of(
            "claude-code", "CLAUDE_WAS_HERE.md",
            "codex", "CODEX_WAS_HERE.md",
            "command", "COMMAND_WAS_HERE.md");

    @Autowired
    private Scenario scenario;

    static Stream<Arguments> all() {
        return PROVIDERS.stream()
                .flatMap(provider -> CREDENTIALS.stream()
                        .flatMap(credential -> FILES.keySet().stream()
                                .sorted()
                                .map(agent -> Arguments.of(provider, credential, agent))));
    }

    @ParameterizedTest
    @MethodSource("all")
    void endsWithTheAgentsFileInTheRepo(String provider, String credential, String agent) {
        SessionDraft draft = scenario.session()
                .provider(provider)
                .with("credential", credential)
                .secret("OPENAI_API_KEY", "any")
                .prompt("Say hello.");
        StartedSession session = agent.equals("command")
                ? draft.shell("cat \"$CAPROCK_PROMPT_FILE\" >COMMAND_WAS_HERE.md")
                        .start()
                : draft.agent(agent).start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.body().path("credential").stringValue("")).isEqualTo(credential);
        assertThat(session.body().path("provider").stringValue("")).isEqualTo(provider);
        assertThat(scenario.simulators().mesa().file(session.repo(), "main", Objects.requireNonNull(FILES.get(agent))))
                .asString()
                .startsWith("Say hello.");
        assertThat(scenario.simulators().mesa().bookmarks(session.repo())).containsExactly("main");
        assertThat(scenario.simulators().vercel().ledger().live()).isEmpty();
    }
}
