package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.remote.Remotes;
import dev.caprock.remote.StubServer;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModesTest {

    private static final Duration SHORT = Duration.ofHours(1);

    private static final String KEY = "mesa_root_0123456789abcdef";
    private static final String REFUSED = "{\"error\":{\"code\":\"UNAUTHENTICATED\",\"message\":\"who?\"}}";

    private final StubServer mesa;
    private final List<Runnable> background = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");

    ModesTest() throws IOException {
        mesa = new StubServer();
    }

    @AfterEach
    void stop() {
        mesa.close();
    }

    @Test
    void withoutAnyKeyNothingWorksAndNothingIsAsked() {
        var modes = modes(null, null);

        assertThat(modes.findings()).noneMatch(Finding::works);
        assertThat(problem(modes, CredentialMode.DERIVED_TOKEN)).contains("MESA_API_KEY");
        assertThat(problem(modes, CredentialMode.LAYOUT)).contains("MESA_PRIVATE_KEY");
        assertThat(mesa.received()).isEmpty();
    }

    @Test
    void bothKeysMakeEveryModeWorkAndTheDerivedTokenIsTheFirstChoice() {
        mesa.answer(200, identity("admin")).answer(200, identity("read")).answer(200, identity("admin"));
        var modes = modes(KEY, PrivateKeyTest.TEXT);

        assertThat(modes.findings()).hasSize(4).allMatch(Finding::works);
        assertThat(modes.choose(null, false, SHORT)).isEqualTo(new Modes.Choice.Of(CredentialMode.DERIVED_TOKEN));
        assertThat(modes.choose("session-key", false, SHORT))
                .isEqualTo(new Modes.Choice.Of(CredentialMode.SESSION_KEY));
        assertThat(modes.choose("auto", true, SHORT)).isEqualTo(new Modes.Choice.Of(CredentialMode.LAYOUT));
        assertThat(mesa.lines()).containsOnly("GET /v1/whoami").hasSize(3);
        assertThat(mesa.received().getFirst().authorization()).isEqualTo("Bearer " + KEY);
        assertThat(mesa.received()).noneMatch(request -> request.toString().contains("mesa_private_key"));
    }

    @Test
    void whereTokensOfKeysAreNoLongerAcceptedAutoFallsBack() {
        mesa.answer(200, identity("admin")).answer(401, REFUSED).answer(401, REFUSED);
        var modes = modes(KEY, PrivateKeyTest.TEXT);

        assertThat(modes.choose("auto", false, SHORT)).isEqualTo(new Modes.Choice.Of(CredentialMode.SESSION_KEY));
        assertThat(problem(modes, CredentialMode.ACCESS_TOKEN))
                .contains("does not accept a token signed with an API key");
        assertThat(none(modes.choose("layout", false, SHORT)))
                .contains("No layout: ")
                .contains("signed with the key in MESA_PRIVATE_KEY");
    }

    @Test
    void aKeyWithoutAdminMakesOnlyTokensOfItsOwn() {
        mesa.answer(200, identity("read\",\"write")).answer(200, identity("read"));
        var modes = modes(KEY, null);

        assertThat(modes.findings().stream().filter(Finding::works).map(Finding::mode))
                .containsExactly(CredentialMode.ACCESS_TOKEN);
        assertThat(problem(modes, CredentialMode.SESSION_KEY)).contains("[read, write]", "needs admin");
        assertThat(none(modes.choose("auto", false, SHORT))).contains("No derived-token, session-key: ", "No layout: ");
    }

    @ParameterizedTest
    @CsvSource({"401, 'wrong, expired or revoked'", "403, refuses the key", "500, cannot be asked"})
    void aKeyThatIsNoGoodIsToldWhy(int status, String words) {
        mesa.answer(status, "{}");

        assertThat(problem(modes(KEY, null), CredentialMode.DERIVED_TOKEN))
                .contains(words)
                .doesNotContain(KEY);
    }

    @Test
    void aKeyOfAnotherOrganisationIsNoGood() {
        mesa.answer(200, identity("admin").replace("acme", "other")).answer(401, REFUSED);

        assertThat(problem(modes(KEY, PrivateKeyTest.TEXT), CredentialMode.SESSION_KEY))
                .contains("configured as acme", "belongs to other");
    }

    @Test
    void whereThereIsAChoiceItIsOneThatLivesLongEnough() {
        mesa.answer(200, identity("admin")).answer(401, REFUSED).answer(200, identity("admin"));
        var modes = modes(KEY, PrivateKeyTest.TEXT);

        assertThat(modes.choose("auto", false, Duration.ofHours(4)))
                .isEqualTo(new Modes.Choice.Of(CredentialMode.LAYOUT));
        assertThat(modes.choose("auto", false, Duration.ofHours(5)))
                .isEqualTo(new Modes.Choice.Of(CredentialMode.SESSION_KEY));
        assertThat(modes.choose("layout", false, Duration.ofHours(5)))
                .isEqualTo(new Modes.Choice.Of(CredentialMode.LAYOUT));
    }

    @Test
    void readingBesideWritingNeedsALayout() {
        mesa.answer(200, identity("admin")).answer(200, identity("read"));
        var modes = modes(KEY, null);

        assertThat(none(modes.choose("derived-token", true, SHORT))).contains("need the credential mode layout");
        assertThat(none(modes.choose("auto", true, SHORT))).contains("No layout: ", "MESA_PRIVATE_KEY");
    }

    @Test
    void whatFailedIsLookedAtAgainInTheBackgroundAfterHalfAMinute() {
        mesa.answer(500, "{}").answer(200, identity("admin")).answer(200, identity("read"));
        var modes = modes(KEY, null);
        assertThat(modes.findings()).noneMatch(Finding::works);

        now = now.plusSeconds(29);
        modes.findings();
        assertThat(background).isEmpty();
        now = now.plusSeconds(1);
        assertThat(modes.findings()).noneMatch(Finding::works);
        modes.findings();
        assertThat(background).hasSize(1);
        background.removeFirst().run();

        assertThat(modes.choose(null, false, SHORT)).isEqualTo(new Modes.Choice.Of(CredentialMode.DERIVED_TOKEN));
    }

    @Test
    void whatWorkedOnceStaysSoWhileMesaCannotBeAsked() {
        mesa.answer(200, identity("admin")).answer(200, identity("read")).answer(401, REFUSED);
        var modes = modes(KEY, PrivateKeyTest.TEXT);
        assertThat(modes.findings().stream().filter(Finding::works)).hasSize(3);

        mesa.answer(500, "{}").answer(500, "{}");
        now = now.plusSeconds(30);
        modes.findings();
        background.removeFirst().run();

        assertThat(modes.findings().stream().filter(Finding::works)).hasSize(3);
        assertThat(problem(modes, CredentialMode.LAYOUT)).contains("does not accept");
    }

    @Test
    void whatWorksIsNotLookedAtAgain() {
        mesa.answer(200, identity("admin")).answer(200, identity("read"));
        var modes = modes(KEY, null);
        modes.findings();

        now = now.plus(Duration.ofDays(1));
        modes.findings();

        assertThat(background).isEmpty();
    }

    private Modes modes(@Nullable String apiKey, @Nullable String privateKey) {
        var settings = new MesaSettings(
                apiKey,
                privateKey,
                null,
                URI.create(mesa.uri() + "/v1"),
                Duration.ofSeconds(20),
                "0.46.0",
                "auto",
                "Caprock",
                null,
                null);
        InstantSource source = () -> now;
        Clock clock = source.withZone(ZoneOffset.UTC);
        return new Modes(settings, new Workspaces(settings, new Remotes(), clock), clock, background::add);
    }

    private static String problem(Modes modes, CredentialMode mode) {
        return modes.findings().stream()
                .filter(finding -> finding.mode() == mode)
                .map(finding -> finding.problem() == null ? "works" : finding.problem())
                .findFirst()
                .orElseThrow();
    }

    private static String none(Modes.Choice choice) {
        return choice instanceof Modes.Choice.None(String reason) ? reason : "chosen";
    }

    private static String identity(String scopes) {
        return "{\"org\":{\"id\":\"org_1\",\"slug\":\"acme\",\"name\":\"Org\"},\"key_id\":\"key_0\",\"scopes\":[\"%s\"]}"
                .formatted(scopes);
    }
}
