package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessSettingsTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @Test
    void theScrapeTokenIsTakenAndNotPrinted() {
        AccessSettings settings = settings(TOKEN + "\n"); // as a file has it

        assertThat(settings.scrapeToken()).isEqualTo(TOKEN);
        assertThat(settings.toString()).contains("scrapeToken=***").doesNotContain(TOKEN);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void withoutOneThereIsNone(@Nullable String none) {
        assertThat(settings(none).scrapeToken()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0123456789abcdef0123456789abcde, 32 or more visible ASCII characters",
        "0123456789abcdef 0123456789abcdef, 32 or more visible ASCII characters",
        "cap_0123456789abcdef0123456789abcdef, must not be an API key"
    })
    void oneThatIsEasilyGuessedOrElsewhereOfUseIsRefusedUntold(String token, String complaint) {
        assertThatThrownBy(() -> settings(token))
                .hasMessageContaining("caprock.access.scrape-token")
                .hasMessageContaining(complaint)
                .hasMessageNotContaining(token);
    }

    static AccessSettings settings(@Nullable String scrapeToken) {
        return new AccessSettings(
                "default",
                scrapeToken,
                new AccessSettings.ApiKeyLife(Duration.ofDays(1), Duration.ofDays(2)),
                new AccessSettings.Oidc(null, null, null, Duration.ZERO, "tenant", "sub", "scope", Map.of()),
                new AccessSettings.Cors(List.of()));
    }
}
