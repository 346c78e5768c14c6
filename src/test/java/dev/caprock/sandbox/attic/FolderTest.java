package dev.caprock.sandbox.attic;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Adding a provider takes a folder, and nothing else. */
class FolderTest {

    private static final Path FOLDER = Path.of("src/test/java/dev/caprock/sandbox/attic");
    private static final Pattern NAME = Pattern.compile("(?i)(?<![a-z])attic(?![a-z])|Attic");

    @Test
    void noClassOutsideDependsOnIt() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.caprock.sandbox.attic..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.caprock.sandbox.attic..")
                .check(new ClassFileImporter().importPackages("dev.caprock"));
    }

    @Test
    void noFileOutsideNamesIt() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> !file.startsWith(FOLDER)
                                    && !file.startsWith("src/docs")
                                    && !file.toString().contains("node_modules"))
                            .filter(file -> NAME.matcher(text(file)).find()))
                    .isEmpty();
        }
        assertThat(NAME.matcher(text(FOLDER.resolve("AtticProvider.java"))).find())
                .isTrue();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
