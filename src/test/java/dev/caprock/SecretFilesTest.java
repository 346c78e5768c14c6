package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.core.env.Environment;

/** Each secret can be a file. */
class SecretFilesTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "CAPROCK_MASTER_KEY,          caprock.secrets.master-key",
        "CAPROCK_FORMER_MASTER_KEYS,  caprock.secrets.former-master-keys",
        "CAPROCK_SIGNING_KEY,         caprock.audit.signing-key",
        "MESA_API_KEY,                caprock.mesa.api-key",
        "MESA_PRIVATE_KEY,            caprock.mesa.private-key",
        "E2B_API_KEY,                 caprock.e2b.api-key",
        "VERCEL_TOKEN,                caprock.vercel.token",
        "CAPROCK_SCRAPE_TOKEN,        caprock.access.scrape-token",
        "SPRING_DATASOURCE_USERNAME,  spring.datasource.username",
        "SPRING_DATASOURCE_PASSWORD,  spring.datasource.password"
    })
    void itIsNamedAsTheVariableOrAsTheKeyWithOrWithoutANewline(String variable, String key) throws IOException {
        for (String name : new String[] {variable, key}) {
            for (String end : new String[] {"", "\n"}) {
                Path file = Files.writeString(folder.resolve(name), "S3cret" + end);
                assertThat(environment().getProperty(key)).as(name).isEqualTo("S3cret");
                Files.delete(file);
            }
        }
    }

    @Test
    void whatIsGivenOtherwiseWins() throws IOException {
        Files.writeString(folder.resolve("MESA_API_KEY"), "file");
        Files.writeString(folder.resolve("caprock.mesa.api-key"), "file");

        assertThat(environment("--caprock.mesa.api-key=argument").getProperty("caprock.mesa.api-key"))
                .isEqualTo("argument");
    }

    @Test
    void aFolderThatIsNotThereIsNoMistake() {
        folder = folder.resolve("absent");

        assertThat(environment().getProperty("caprock.mesa.api-key")).isEmpty();
    }

    /** As Kubernetes mounts them: names are links into a hidden folder. */
    @Test
    void linksOfKubernetesAreFollowed() throws IOException {
        Path hidden = Files.createDirectory(folder.resolve("..2026_11_22"));
        Files.writeString(hidden.resolve("MESA_API_KEY"), "S3cret");
        Files.createSymbolicLink(folder.resolve("..data"), hidden);
        Files.createSymbolicLink(folder.resolve("MESA_API_KEY"), Path.of("..data", "MESA_API_KEY"));

        assertThat(environment().getProperty("caprock.mesa.api-key")).isEqualTo("S3cret");
    }

    /** Of the service, without the service. */
    private Environment environment(String... arguments) {
        try (var context = new SpringApplicationBuilder(Nothing.class)
                .web(WebApplicationType.NONE)
                .logStartupInfo(false)
                .properties("CAPROCK_SECRETS_DIRECTORY=" + folder)
                .run(arguments)) {
            return context.getEnvironment();
        }
    }

    @SpringBootConfiguration
    static class Nothing {}
}
