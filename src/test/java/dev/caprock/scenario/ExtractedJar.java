package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * The packaged jar as the image has it: extracted, with an AOT cache, so that a start costs half. It is made once for each jar, by
 * whichever test process comes first.
 */
final class ExtractedJar {

    private static final Path JAR = Path.of("target", "caprock.jar");
    private static final Path FOLDER = Path.of("target", "replica");
    private static final Path TRAINING = Path.of("src/main/docker/image/training.properties");

    /** Those of the training hold for every start: the cache is refused where the collector differs. */
    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private ExtractedJar() {}

    /** A command that starts it, without the arguments that are the service's own. */
    static List<String> command(String... flags) {
        assertThat(JAR)
                .as("the tests of replicas run after the jar is packaged: mvnw verify")
                .exists();
        try (var channel = FileChannel.open(
                        Path.of("target", "replica.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = channel.lock()) {
            if (!isMade()) {
                make();
            }
            assertThat(held.isValid()).isTrue();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return started(Stream.concat(Stream.of(flags), Stream.of("-XX:AOTCache=" + cache())));
    }

    private static boolean isMade() throws IOException {
        return Files.exists(cache())
                && Files.getLastModifiedTime(cache()).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    }

    private static void make() throws IOException {
        FileSystemUtils.deleteRecursively(FOLDER);
        run(List.of(java(), "-Djarmode=tools", "-jar", JAR.toString(), "extract", "--destination", FOLDER.toString()));
        var training = new ArrayList<>(started(
                Stream.of("-XX:AOTCacheOutput=" + cache(), "-Xlog:aot=error", "-Dspring.context.exit=onRefresh")));
        training.add("--spring.config.additional-location=file:" + TRAINING);
        run(training);
    }

    private static List<String> started(Stream<String> flags) {
        return Stream.of(
                        Stream.of(java()),
                        FLAGS.stream(),
                        flags,
                        Stream.of("-jar", FOLDER.resolve("caprock.jar").toString()))
                .flatMap(each -> each)
                .toList();
    }

    private static void run(List<String> command) throws IOException {
        File log = Path.of("target", "replica-extraction.log").toFile();
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        try {
            assertThat(process.waitFor()).as("%s; see %s", command, log).isZero();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    private static Path cache() {
        return FOLDER.resolve("caprock.aot");
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }
}
