package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptsShellcheckTests {

    private static final Path SCRIPTS = Path.of("src/main/resources/dev/caprock");

    private static final Path DOCKER = Path.of("src/main/docker");

    @Test
    void shellcheckFindsNothingInOurScripts() throws Exception {
        var command = new ArrayList<>(List.of(
                "shellcheck",
                "-s",
                "sh",
                "-x",
                "-P",
                "SCRIPTDIR",
                "-P",
                SCRIPTS.resolve("sandbox").toString()));
        try (var files = Stream.concat(Files.walk(SCRIPTS), Files.walk(DOCKER))) {
            files.map(Path::toString).filter(name -> name.endsWith(".sh")).forEach(command::add);
        }
        assertThat(command).hasSizeGreaterThan(10);

        var process = start(command);

        assertThat(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError(
                    "shellcheck is not on PATH; install it, for example: apt-get install shellcheck", e);
        }
    }
}
