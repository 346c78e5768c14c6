package dev.caprock.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Import;

class SecretsSettingsTest {

    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final ApplicationContextRunner service = new ApplicationContextRunner().withUserConfiguration(Room.class);

    @TempDir
    private Path folder;

    @Test
    void theMasterKeyIsGivenDirectly() {
        service.withPropertyValues("caprock.secrets.master-key=" + KEY)
                .run(context -> assertThat(context).hasSingleBean(MasterKey.class));
    }

    @Test
    void theMasterKeyIsReadFromAFile() throws Exception {
        var file = Files.writeString(folder.resolve("key"), KEY + "\n");

        service.withPropertyValues("caprock.secrets.master-key=", "caprock.secrets.master-key-file=" + file)
                .run(context -> assertThat(context).hasSingleBean(MasterKey.class));
    }

    @Test
    void withoutAMasterKeyTheServiceSaysHowToMakeOne() {
        service.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage("set exactly one of caprock.secrets.master-key and caprock.secrets.master-key-file;"
                        + " make one with: openssl rand -base64 32"));
    }

    @Test
    void twoMasterKeysAreRefused() {
        service.withPropertyValues("caprock.secrets.master-key=" + KEY, "caprock.secrets.master-key-file=/nowhere")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("exactly one"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2hvcnQ=", "not base64!"})
    void aKeyOfAnotherFormIsRefusedWithoutQuotingIt(String key) {
        assertThatThrownBy(() -> new SecretsSettings(key, null).masterKeyBytes())
                .hasMessage(
                        "caprock.secrets.master-key must be 32 bytes in base64; make one with: openssl rand -base64 32")
                .hasNoCause();
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> new SecretsSettings(null, folder.resolve("absent")).masterKeyBytes())
                .hasMessageContaining("cannot be read: " + folder.resolve("absent"));
    }

    @Test
    void theKeyIsNeverPrinted() {
        assertThat(new SecretsSettings(KEY, null)).hasToString("SecretsSettings[masterKey=***, masterKeyFile=null]");
    }

    @EnableConfigurationProperties(SecretsSettings.class)
    @Import(MasterKey.class)
    private static final class Room {}
}
