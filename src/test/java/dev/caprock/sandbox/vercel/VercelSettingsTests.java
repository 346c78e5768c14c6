package dev.caprock.sandbox.vercel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class VercelSettingsTests {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withUserConfiguration(Room.class, VercelConfiguration.class)
            .withBean(Clock.class, Clock::systemUTC)
            .withBean(Remotes.class, Remotes::new);
    private final ApplicationContextRunner configured = service.withPropertyValues(
            "caprock.vercel.token=" + VercelTests.TOKEN,
            "caprock.vercel.team-id=team_1",
            "caprock.vercel.project-id=prj_1");

    @Configuration
    @EnableConfigurationProperties(VercelSettings.class)
    static class Room {}

    @Test
    void tokenTeamAndProjectAreEnough() {
        configured.run(context -> {
            assertThat(context.getBean(Provider.class).name()).isEqualTo("vercel");
            assertThat(context.getBean(Provider.class).account()).isEqualTo("vercel/team_1/prj_1");
            assertThat(context.getBean(VercelSettings.class))
                    .isEqualTo(new VercelSettings(
                            VercelTests.TOKEN,
                            "team_1",
                            "prj_1",
                            URI.create("https://vercel.com/api"),
                            Flavour.RUNTIME,
                            null,
                            Duration.ofHours(24),
                            Duration.ofSeconds(60),
                            Duration.ofSeconds(30),
                            List.of()));
        });
    }

    @Test
    void blankIsAbsentAndWithoutAnAccountThereIsNoProvider() {
        service.withPropertyValues(
                        "caprock.vercel.token= ",
                        "caprock.vercel.team-id=",
                        "caprock.vercel.project-id=",
                        "caprock.vercel.api-url=")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Provider.class));
    }

    @Test
    void halfAnAccountIsRefusedAtTheStart() {
        service.withPropertyValues("caprock.vercel.token=" + VercelTests.TOKEN, "caprock.vercel.team-id=")
                .run(
                        context -> assertThat(context.getStartupFailure())
                                .rootCause()
                                .hasMessage(
                                        "Vercel needs a token, a team and a project: set caprock.vercel.team-id and caprock.vercel.project-id as well, or none of the three"));
    }

    @Test
    void aWrongValueIsNamedByItsKeyAndASecretIsNotQuoted() {
        configured
                .withPropertyValues("caprock.vercel.call-timeout=0s")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("call-timeout"));
        configured
                .withPropertyValues("caprock.vercel.api-url=https://a:hidden@x")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("api-url")
                        .hasMessageNotContaining("hidden"));
        configured
                .withPropertyValues("caprock.vercel.token=tok en")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("caprock.vercel.token")
                        .hasMessageNotContaining("tok en"));
    }

    @Test
    void theTokenIsNotPrinted() {
        assertThat(VercelTests.settings(URI.create("http://x"), Flavour.IMAGE).toString())
                .contains("token=***", "flavour=IMAGE")
                .doesNotContain(VercelTests.TOKEN);
    }
}
