package dev.caprock.sandbox.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Sandbox;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class E2bSettingsTests {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withUserConfiguration(Room.class, E2bConfiguration.class)
            .withBean(Remotes.class, Remotes::new);

    @Configuration
    @EnableConfigurationProperties(E2bSettings.class)
    static class Room {}

    @Test
    void aKeyAloneIsEnough() {
        service.withPropertyValues("caprock.e2b.api-key=" + E2bTests.KEY).run(context -> {
            assertThat(context.getBean(Provider.class).name()).isEqualTo("e2b");
            var settings = context.getBean(E2bSettings.class);
            assertThat(settings)
                    .isEqualTo(new E2bSettings(
                            E2bTests.KEY,
                            null,
                            null,
                            "e2b.app",
                            "base",
                            Duration.ofHours(24),
                            Duration.ofSeconds(85),
                            Duration.ofSeconds(90),
                            Duration.ofSeconds(30),
                            Duration.ofSeconds(20),
                            List.of()));
            assertThat(settings.controlUrl()).isEqualTo("https://api.e2b.app");
        });
    }

    @Test
    void withoutAKeyThereIsNoProvider() {
        service.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Provider.class));
    }

    @Test
    void blankIsAbsent() {
        service.withPropertyValues(
                        "caprock.e2b.api-key= ",
                        "caprock.e2b.api-url=",
                        "caprock.e2b.sandbox-url=",
                        "caprock.e2b.domain=",
                        "caprock.e2b.template=")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(Provider.class);
                    var settings = context.getBean(E2bSettings.class);
                    assertThat(settings.apiKey()).isNull();
                    assertThat(settings.apiUrl()).isNull();
                    assertThat(settings.sandboxUrl()).isNull();
                    assertThat(settings.domain()).isEqualTo("e2b.app");
                    assertThat(settings.template()).isEqualTo("base");
                });
    }

    @Test
    void aWrongValueIsNamedByItsKey() {
        service.withPropertyValues("caprock.e2b.keepalive=1500ms")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessage("caprock.e2b.keepalive must be whole seconds but is PT1.5S"));
        service.withPropertyValues("caprock.e2b.call-timeout=0s")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("call-timeout"));
        service.withPropertyValues("caprock.e2b.api-url=ftp://x")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("api-url"));
    }

    @Test
    void aKeyThatNoHeaderCanCarryIsRefusedUnquoted() {
        assertThatThrownBy(() -> new E2bSettings(
                        "e2b_\nx",
                        null,
                        null,
                        "e2b.app",
                        "base",
                        Duration.ofHours(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        List.of()))
                .hasMessageContaining("api-key")
                .hasMessageNotContaining("e2b_");
    }

    @Test
    void neitherKeyNorTokenIsPrinted() {
        assertThat(E2bTests.settings(null).toString()).contains("apiKey=***").doesNotContain(E2bTests.KEY);
        assertThat(new Access(Stub.TOKEN, "e2b.app", "0.6.13").toString()).doesNotContain(Stub.TOKEN);
        assertThat(new ControlApi.Details("i1", Stub.TOKEN, null, null, "running").toString())
                .doesNotContain(Stub.TOKEN);
    }

    @Test
    void aSandboxIsReachedByItsDomain() {
        assertThat(address(null, "e2b.app", null)).isEqualTo("https://sandbox.e2b.app");
        assertThat(address(null, "e2b.app", "customer.example")).isEqualTo("https://49983-i1.customer.example");
        assertThat(address(null, "self.example", null)).isEqualTo("https://49983-i1.self.example");
        assertThat(address("http://127.0.0.1:3/", "e2b.app", "customer.example"))
                .isEqualTo("http://127.0.0.1:3");
    }

    @Test
    void whatIsKeptOfASandboxMayBeAnything() {
        assertThat(Access.read("")).isEqualTo(new Access(null, null, null));
        assertThat(Access.read("tok")).isEqualTo(new Access(null, null, null));
        assertThat(Access.read("{\"token\":\"a\\nb\",\"later\":1}")).isEqualTo(new Access(null, null, null));
        assertThat(Access.read(new Access("t", "d", "v").write())).isEqualTo(new Access("t", "d", "v"));
    }

    @Test
    void onlyAnOldEnvdMustBeToldItsUser() {
        assertThat(new Access(null, null, "0.3.9").mustNameUser()).isTrue();
        assertThat(new Access(null, null, "0.4.0").mustNameUser()).isFalse();
        assertThat(new Access(null, null, "0.10.1").mustNameUser()).isFalse();
        assertThat(new Access(null, null, "?").mustNameUser()).isFalse();
        assertThat(new Access(null, null, null).mustNameUser()).isFalse();
    }

    private static String address(@Nullable String override, String domain, @Nullable String own) {
        var settings = new E2bSettings(
                E2bTests.KEY,
                null,
                override == null ? null : URI.create(override),
                domain,
                "base",
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                List.of());
        var remote = new Remotes().named("e2b");
        return new SandboxProxy(remote, new ControlApi(remote, settings), settings, Duration.ofSeconds(1))
                .baseUrl(new Sandbox("i1", ""), new Access(null, own, null));
    }
}
