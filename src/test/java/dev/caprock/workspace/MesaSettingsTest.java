package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class MesaSettingsTest {

    @Test
    void theDefaultsAreTheHostedServiceWithoutAKey() {
        assertThat(bound(Map.of()))
                .isEqualTo(new MesaSettings(
                        null,
                        null,
                        null,
                        URI.create("https://api.mesa.dev/v1"),
                        Duration.ofSeconds(20),
                        "0.46.0",
                        "auto",
                        "Caprock",
                        null,
                        null));
    }

    @Test
    void blankMeansAbsent() {
        var settings = bound(Map.of(
                "api-key", " ", "organisation", "", "service-domain", "", "private-key", " ", "author-email", ""));

        assertThat(settings).isEqualTo(bound(Map.of()));
    }

    @Test
    void slashesAfterTheAddressAreDropped() {
        assertThat(bound(Map.of("api-url", "http://127.0.0.1:8080/v1//")).apiUrl())
                .isEqualTo(URI.create("http://127.0.0.1:8080/v1"));
    }

    @Test
    void theKeyIsNeverPrinted() {
        assertThat(bound(Map.of("api-key", "mesa_0123456789abcdef")).toString())
                .contains("apiKey=***")
                .doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest
    @CsvSource({
        "api-key, mesa_0123 456789abcdef",
        "api-key, mesa_private_key_acme_0123456789abcdef",
        "private-key, mesa_private_key_acme_0123456789abcdef",
        "private-key, mesa_0123456789abcdef",
        "credential-mode, sessionkey",
        "author-name, <Bot>",
        "api-url, https://mesa_private_key_acme_0123456789abcdef/v1",
        "organisation, Acme_Inc",
        "api-url, ftp://api.mesa.dev",
        "api-url, /v1",
        "api-url, https://user:0123456789abcdef@api.mesa.dev/v1",
        "call-timeout, PT0S",
        "cli-version, latest; reboot",
        "service-domain, https://mesa.example",
    })
    void aSettingThatMakesNoSenseIsNamedWithoutSecrets(String key, String value) {
        assertThatThrownBy(() -> bound(Map.of(key, value)))
                .rootCause()
                .hasMessageContaining("caprock.mesa." + key)
                .hasMessageNotContaining("456789abcdef");
    }

    @Test
    void aPrivateKeyTellsItsOrganisationAndIsNeverPrinted() {
        var settings = bound(Map.of("private-key", PrivateKeyTest.TEXT));

        assertThat(settings.organisation()).isEqualTo("acme");
        assertThat(settings.toString()).contains("privateKey=***").doesNotContain("mesa_private_key");
    }

    @Test
    void aPrivateKeyOfAnotherOrganisationIsRefused() {
        assertThatThrownBy(() -> bound(Map.of("private-key", PrivateKeyTest.TEXT, "organisation", "other")))
                .rootCause()
                .hasMessage("caprock.mesa.organisation is other, but the private key belongs to acme");
    }

    private static MesaSettings bound(Map<String, String> values) {
        var source = new MapConfigurationPropertySource();
        values.forEach((key, value) -> source.put("caprock.mesa." + key, value));
        return new Binder(source).bindOrCreate("caprock.mesa", MesaSettings.class);
    }
}
