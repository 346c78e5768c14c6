package dev.caprock.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class SecretsSettingsTest {

    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    /** Only what a KMS wraps is in the database. */
    private static final JdbcClient NO_DATABASE = JdbcClient.create(new DriverManagerDataSource());

    private final ApplicationContextRunner service = new ApplicationContextRunner().withUserConfiguration(Room.class);

    @TempDir
    private Path folder;

    @Test
    void theMasterKeyIsGivenDirectly() {
        service.withPropertyValues("caprock.secrets.master-key=" + KEY)
                .run(context -> assertThat(context).hasSingleBean(MasterKeys.class));
    }

    @Test
    void theMasterKeyIsReadFromAFile() throws Exception {
        var file = Files.writeString(folder.resolve("key"), KEY + "\n");

        service.withPropertyValues("caprock.secrets.master-key=", "caprock.secrets.master-key-file=" + file)
                .run(context -> assertThat(context).hasSingleBean(MasterKeys.class));
    }

    @Test
    void withoutAMasterKeyTheServiceSaysHowToMakeOne() {
        service.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage("set exactly one of caprock.secrets.master-key, caprock.secrets.master-key-file"
                        + " and caprock.secrets.kms-uri; make one with: openssl rand -base64 32"));
    }

    @Test
    void twoMasterKeysAreRefused() {
        service.withPropertyValues("caprock.secrets.master-key=" + KEY, "caprock.secrets.master-key-file=/nowhere")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("exactly one"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2hvcnQ=", "not base64!"})
    void aKeyOfAnotherFormIsRefusedWithoutQuotingIt(String key) {
        assertThatThrownBy(() -> Vaults.settings(key, null, List.of()).current())
                .hasMessage(
                        "caprock.secrets.master-key must be 32 bytes in base64; make one with: openssl rand -base64 32")
                .hasNoCause();
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        var absent = folder.resolve("absent");

        assertThatThrownBy(() -> new SecretsSettings(null, absent, null, Duration.ofSeconds(5), List.of()).current())
                .hasMessageContaining("cannot be read: " + absent);
    }

    @Test
    void formerMasterKeysAreGivenDirectlyOrReadFromFiles() throws Exception {
        var file = Files.writeString(folder.resolve("former"), Vaults.text(3) + "\n");

        service.withPropertyValues(
                        "caprock.secrets.master-key=" + KEY,
                        "caprock.secrets.former-master-keys=%s, file:%s".formatted(Vaults.text(2), file))
                .run(context -> assertThat(context.getBean(MasterKeys.class).ids())
                        .containsExactlyInAnyOrderElementsOf(
                                Vaults.keys(NO_DATABASE, 0, 2, 3).ids())
                        .hasSize(3));
    }

    @Test
    void withNoneBeforeTheListOfFormerKeysMayBeEmpty() {
        service.withPropertyValues("caprock.secrets.master-key=" + KEY, "caprock.secrets.former-master-keys=")
                .run(context ->
                        assertThat(context.getBean(MasterKeys.class).ids()).hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2hvcnQ=", "not base64!"})
    void aFormerKeyOfAnotherFormIsRefusedWithoutQuotingIt(String key) {
        assertThatThrownBy(() -> Vaults.settings(KEY, null, List.of(key)).former())
                .hasMessage("caprock.secrets.former-master-keys must be 32 bytes in base64;"
                        + " make one with: openssl rand -base64 32")
                .hasNoCause();
    }

    @Test
    void keysAreNeverPrinted() {
        var settings = Vaults.settings(KEY, null, List.of(Vaults.text(2)));

        assertThat(settings.toString() + settings.current() + settings.former())
                .contains("masterKey=***", "formerMasterKeys=1")
                .doesNotContain(KEY, Vaults.text(2));
    }

    @EnableConfigurationProperties(SecretsSettings.class)
    @Import({MasterKeys.class, KmsMasterKeys.class})
    private static final class Room {

        @Bean
        JdbcClient database() {
            return NO_DATABASE;
        }
    }
}
