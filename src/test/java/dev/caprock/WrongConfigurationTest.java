package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.access.FirstApiKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A start with wrong settings ends with a sentence for each of them, before anything is made. */
@ExtendWith(OutputCaptureExtension.class)
class WrongConfigurationTest {

    private static final List<String> RIGHT = List.of(
            "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none",
            "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "caprock.secrets.master-key-file=",
            "caprock.secrets.kms-uri=",
            "caprock.mesa.api-key=none",
            "caprock.e2b.api-key=none");

    @Test
    void allThatIsMissingIsToldAtOnce(CapturedOutput output) {
        start(
                "spring.datasource.url=",
                "caprock.secrets.master-key=",
                "caprock.mesa.api-key=",
                "caprock.e2b.api-key=",
                "caprock.vercel.token=");

        assertThat(sentences(output))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("missing is spring.datasource.url (SPRING_DATASOURCE_URL), the PostgreSQL"),
                        second -> assertThat(second).startsWith("set exactly one of caprock.secrets.master-key"),
                        third -> assertThat(third)
                                .startsWith("missing is caprock.mesa.api-key (MESA_API_KEY), a key of"),
                        fourth -> assertThat(fourth)
                                .startsWith("missing is caprock.e2b.api-key (E2B_API_KEY), of the account")
                                .contains(", or caprock.vercel.token, .team-id and .project-id (VERCEL_TOKEN"));
        assertThat(output).contains("src/docs/configuration.md").doesNotContain("\tat dev.caprock");
    }

    @Test
    void allThatIsWrongIsToldAtOnce(CapturedOutput output) {
        start(
                "caprock.session.default-ttl=soon",
                "caprock.requests.maximum-body=big",
                "caprock.lifecycle.claims=0",
                "caprock.retention.sessions=1d",
                "caprock.sweep.interval=1ms",
                "caprock.admission.maximum-sandboxes.e2b=many",
                "caprock.webhook.allow-http=perhaps",
                "caprock.tenants.budget-period=year");

        assertThat(sentences(output))
                .containsExactlyInAnyOrder(
                        "caprock.session.default-ttl must be a duration such as 30s, 10m or PT4H but is soon",
                        "caprock.requests.maximum-body must be a size such as 512KB or 4MB but is big",
                        "caprock.lifecycle.claims must be from 1 to 100000 but is 0",
                        "caprock.retention.sessions must be at least caprock.retention.output, which is PT720H, but is PT24H: nobody could read such output",
                        "caprock.sweep.interval must be at least 1s but is PT0.001S",
                        "caprock.admission.maximum-sandboxes.e2b must be a whole number but is many",
                        "caprock.webhook.allow-http must be true or false but is perhaps",
                        "caprock.tenants.budget-period must be one of [day, week, month] but is year");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "caprock.secrets.master-key=S3cret | caprock.secrets.master-key must be 32 bytes in base64; make one with: openssl rand -base64 32",
                "caprock.secrets.former-master-keys=S3cret | caprock.secrets.former-master-keys must be 32 bytes in base64; make one with: openssl rand -base64 32",
                "caprock.audit.signing-key=S3cret | caprock.audit.signing-key is not an Ed25519 key in PKCS#8; make one with: openssl genpkey -algorithm ed25519",
                "caprock.mesa.api-key=S3cret with spaces | caprock.mesa.api-key must be visible ASCII without spaces",
                "caprock.e2b.api-key=S3cret\tkey | caprock.e2b.api-key holds characters that no key has",
                "caprock.e2b.api-url=https://ann:S3cret@e2b.example | caprock.e2b.api-url must be a plain http or https address",
                "caprock.access.oidc.jwk-set-uri=https://ann:S3cret@[example | caprock.access.oidc.jwk-set-uri cannot be read as URI",
                "caprock.vercel.token=S3cret | Vercel needs a token, a team and a project: set caprock.vercel.team-id and caprock.vercel.project-id as well, or none of the three"
            })
    void aWrongSecretIsNotQuoted(String setting, String sentence, CapturedOutput output) {
        start(setting);

        assertThat(sentences(output)).containsExactly(sentence);
        assertThat(output).doesNotContain("S3cret");
    }

    @Test
    void aKeyThatNobodyReadsIsNamedWithoutItsValue(CapturedOutput output) {
        start(
                "caprock.lifecycle.leese=10s",
                "caprock.remote.own.e2b.creates-per-sekond=1",
                "caprock.access.scrape-tokn=S3cret",
                "caprock.retenton.sessions=1d");

        assertThat(sentences(output))
                .containsExactlyInAnyOrder(
                        "caprock.lifecycle.leese is no key of Caprock",
                        "caprock.remote.own.e2b.creates-per-sekond is no key of Caprock",
                        "caprock.access.scrape-tokn is no key of Caprock",
                        "caprock.retenton.sessions is no key of Caprock");
        assertThat(output).doesNotContain("S3cret");
    }

    @Test
    void aFileThatIsNotThereIsNamed(CapturedOutput output) {
        start("caprock.secrets.master-key=", "caprock.secrets.master-key-file=/nowhere/key");

        assertThat(sentences(output))
                .containsExactly(
                        "caprock.secrets.master-key-file cannot be read: /nowhere/key; make one with: openssl rand -base64 32");
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsNamedWithoutWhatItsAddressMayHold(CapturedOutput output) {
        var url = Map.<String, Object>of("spring.datasource.url", "jdbc:postgresql://127.0.0.1:1/none?password=S3cret");

        assertThatThrownBy(() -> FirstApiKey.make(new String[0], url, System.out, System.err));

        assertThat(output)
                .contains("The database at jdbc:postgresql://127.0.0.1:1/none cannot be reached: Connection refused")
                .doesNotContain("S3cret");
    }

    @Test
    void aDatabaseThatIsNotThereIsNamed(CapturedOutput output) {
        String url = TestDatabase.fresh().getJdbcUrl().replaceFirst("[^/]+$", "nothing");
        var settings = Map.<String, Object>of("spring.datasource.url", url, "spring.datasource.username", "postgres");

        assertThatThrownBy(() -> FirstApiKey.make(new String[0], settings, System.out, System.err));

        assertThat(output).contains("lets nobody in so: FATAL: database \"nothing\" does not exist");
    }

    private static void start(String... settings) {
        var arguments = new ArrayList<String>();
        RIGHT.stream()
                .filter(right -> List.of(settings).stream()
                        .noneMatch(setting -> key(setting).equals(key(right))))
                .forEach(right -> arguments.add("--" + right));
        List.of(settings).forEach(setting -> arguments.add("--" + setting));
        assertThatThrownBy(() -> new SpringApplicationBuilder(CaprockApplication.class)
                        .web(WebApplicationType.NONE)
                        .run(arguments.toArray(String[]::new)))
                .isInstanceOf(WrongConfiguration.class);
    }

    private static String key(String setting) {
        return setting.substring(0, setting.indexOf('='));
    }

    private static List<String> sentences(CapturedOutput output) {
        return output.toString()
                .lines()
                .filter(line -> line.startsWith("- "))
                .map(line -> line.substring(2))
                .toList();
    }
}
