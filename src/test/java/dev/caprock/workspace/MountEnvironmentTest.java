package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MountEnvironmentTest {

    private static final Layout LAYOUT =
            Layout.of(List.of(new MountedRepo("repo_1", "docs", false, "main", null, null)), Set.of());

    @Test
    void aTokenComesWithItsOrganisationAndNoConfiguration() {
        var environment = MountEnvironment.of("acme", "token", Map.of("notes", "session/1"), "mesa.example");

        assertThat(environment.variables())
                .containsOnly(
                        Map.entry("MESA_ORG", "acme"),
                        Map.entry("MESA_API_KEY", "token"),
                        Map.entry("MESA_REPO_REVS", "acme/notes=bookmark:session/1"),
                        Map.entry("MESA_SERVICE_DOMAIN", "mesa.example"),
                        Map.entry("MESA_NO_CONFIG_FILE", "1"),
                        Map.entry("MESA_TELEMETRY", "false"));
    }

    @Test
    void aKeyComesAsTheGuideHasIt() {
        assertThat(MountEnvironment.ofKey("acme", "mesa_key", Map.of(), null).variables())
                .containsOnly(Map.entry("MESA_ORGS", "acme:mesa_key"), Map.entry("MESA_TELEMETRY", "false"));
    }

    @Test
    void aLayoutTravelsInTheSameFile() {
        var environment = MountEnvironment.of("token", LAYOUT, null);

        assertThat(environment.variables())
                .containsEntry("MESA_ACCESS_TOKEN", "token")
                .doesNotContainKey("MESA_ORG");
        assertThat(new String(environment.file(), StandardCharsets.US_ASCII).lines())
                .contains("MESA_ACCESS_TOKEN dG9rZW4=")
                .anyMatch(line -> line.startsWith("layout eyIvZG9jcyI6"))
                .last()
                .isEqualTo("end");
    }

    @Test
    void aPrivateKeyNeverEntersASandbox() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MountEnvironment.of("acme", PrivateKeyTest.TEXT, Map.of(), null))
                .withMessageNotContaining("mesa_private_key");
        assertThatIllegalArgumentException().isThrownBy(() -> MountEnvironment.of(PrivateKeyTest.TEXT, LAYOUT, null));
    }

    @Test
    void itsCredentialIsNeverPrinted() {
        assertThat(MountEnvironment.of("token-0123", LAYOUT, null).toString()).doesNotContain("token-0123");
    }
}
