package dev.caprock.session.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.caprock.access.Caller;
import dev.caprock.agent.Agent;
import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.agent.Launch;
import dev.caprock.agent.LineReader;
import dev.caprock.problem.Problem;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.Ceilings;
import dev.caprock.session.SessionSettings;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import dev.caprock.workspace.CredentialMode;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.Modes;
import dev.caprock.workspace.Workspaces;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** A new agent is one new class: nothing else knows the kinds. */
class NewAgentTest {

    /** That one class. */
    static class Parrot implements Agent {

        @Override
        public String kind() {
            return "parrot";
        }

        @Override
        public Optional<String> refusal(AgentRequest request) {
            return Optional.empty();
        }

        @Override
        public Launch launch(AgentRequest request) {
            return new Launch(
                    List.of("parrot"), Map.of(), new Launch.Program("parrot", "@acme/parrot", request.version()));
        }

        @Override
        public Optional<LineReader> reader() {
            return Optional.empty();
        }
    }

    private final AnnotationConfigApplicationContext service = new AnnotationConfigApplicationContext();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void itIsFoundBesideTheOthersAndAccepted() {
        start(Parrot.class);

        assertThat(service.getBean(Agents.class).kinds()).containsExactly("claude-code", "codex", "command", "parrot");
        var choice = check("{\"kind\":\"parrot\",\"version\":\"2.1.0-beta.1\"}")
                .session()
                .terms()
                .agent();
        assertThat(choice.kind()).isEqualTo("parrot");
        assertThat(choice.version()).isEqualTo("2.1.0-beta.1");
    }

    @Test
    void withoutItsClassThereIsNone() {
        start();

        assertThat(mistake("{\"kind\":\"parrot\"}"))
                .isEqualTo(new Problem.Mistake(
                        "/agent/kind", "There is no agent of this kind; there is [claude-code, codex, command]."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "1 --registry=x", "", "1.", "file:x", "1\\n"})
    void aVersionThatIsNoneIsRefused(String version) {
        start();

        assertThat(mistake("{\"kind\":\"codex\",\"version\":\"%s\"}".formatted(version))
                        .pointer())
                .isEqualTo("/agent/version");
    }

    private Problem.Mistake mistake(String agent) {
        return assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> check(agent))
                .actual()
                .mistakes()
                .getFirst();
    }

    private void start(Class<?>... more) {
        service.scan("dev.caprock.agent");
        service.register(
                Providers.class,
                RequestCheck.class,
                RequestFields.class,
                NetworkCheck.class,
                Placement.class,
                CredentialCheck.class,
                TenantCheck.class);
        if (more.length > 0) {
            service.register(more);
        }
        Provider provider = mock();
        when(provider.name()).thenReturn("e2b");
        when(provider.maximumLifetime()).thenReturn(Duration.ofDays(1));
        service.registerBean(JsonMapper.class, JsonMapper::shared);
        service.registerBean(Provider.class, () -> provider);
        service.registerBean(Credentials.class, () -> mock(Credentials.class));
        service.registerBean(Modes.class, NewAgentTest::working);
        Ceilings ceilings = mock();
        when(ceilings.longestTtl("e2b")).thenReturn(Duration.ofHours(12));
        service.registerBean(Ceilings.class, () -> ceilings);
        service.registerBean(Tenants.class, NewAgentTest::unlimited);
        service.registerBean(Workspaces.class, NewAgentTest::unreachable);
        service.registerBean(
                SessionSettings.class,
                () -> new SessionSettings(
                        "e2b",
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        Duration.ofHours(12),
                        Duration.ofMinutes(20)));
        service.refresh();
    }

    private static Tenants unlimited() {
        Tenants tenants = mock();
        when(tenants.limits(any())).thenReturn(new Limits(null, null, null, null, null, null, null, null, null));
        return tenants;
    }

    private static Modes working() {
        Modes modes = mock();
        when(modes.choose(any(), anyBoolean(), any())).thenReturn(new Modes.Choice.Of(CredentialMode.DERIVED_TOKEN));
        return modes;
    }

    /** Repos that cannot be asked for now are left to opening. */
    private static Workspaces unreachable() {
        Workspaces workspaces = mock();
        when(workspaces.configured()).thenReturn(true);
        when(workspaces.repo("work"))
                .thenThrow(new RemoteFailure.Busy("mesa", "read repository", 0, "unreachable", "no", null, null));
        return workspaces;
    }

    private RequestCheck.Checked check(String agent) {
        var request = "{\"repos\":[{\"name\":\"work\"}],\"prompt\":\"hello\",\"agent\":%s}".formatted(agent);
        return service.getBean(RequestCheck.class)
                .check(
                        JsonMapper.shared().readValue(request, CreateSession.class),
                        new Caller("acme", "ann", Set.of()));
    }
}
