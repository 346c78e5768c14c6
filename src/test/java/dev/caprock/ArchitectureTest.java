package dev.caprock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.repository.Repository;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Who may know whom, and what is nowhere done. */
class ArchitectureTest {

    private static final String OURS = "dev.caprock..";
    private static final Path SOURCES = Path.of("src/main/java/dev/caprock");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");

    /** What keys look like that must not be logged. */
    private static final Set<Path> MAY_NAME_VENDORS = Set.of(Path.of("remote/Redaction.java"));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.caprock");

    // ---- rooms ---------------------------------------------------------------------------------------------------

    @Test
    void theRoomsAreModulesWithoutCyclesAndNobodyEntersTheirInside() {
        ApplicationModules.of(CaprockApplication.class).verify();
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "crypto", "journal", "audit", "remote", "agent", "metrics", "trace"})
    void theseRoomsKnowNothingOfOurs(String room) {
        onlyKnows("dev.caprock." + room + "..", List.of());
    }

    /**
     * Each package, and the rooms that it may know beside {@code crypto}. The aggregate records its own facts and seals what it is given. The loop reads
     * of {@code remote} only what a failure means and how it stands; the web reads what it needs to check a request and to show what is stored.
     */
    @ParameterizedTest
    @CsvSource({
        "dev.caprock.secrets..,         metrics",
        "dev.caprock.sandbox,           remote",
        "dev.caprock.sandbox.e2b..,     sandbox remote",
        "dev.caprock.sandbox.vercel..,  sandbox remote",
        "dev.caprock.workspace..,       sandbox remote",
        "dev.caprock.problem,           id trace",
        "dev.caprock.access..,          id problem idempotency audit",
        "dev.caprock.idempotency,       problem",
        "dev.caprock.webhook..,         id problem idempotency access audit secrets journal metrics",
        "dev.caprock.requests,          problem",
        "dev.caprock.apidocs,           access problem journal session",
        "dev.caprock.tenant,            id",
        "dev.caprock.tenant.web,        tenant access problem",
        "dev.caprock.session,           id journal audit secrets tenant trace",
        "dev.caprock.session.lifecycle, id session sandbox workspace agent journal audit secrets remote tenant metrics trace",
        "dev.caprock.session.sweep,     id session session.lifecycle sandbox workspace audit remote metrics",
        "dev.caprock.session.web,       id problem idempotency session session.sweep sandbox workspace agent access journal audit remote tenant trace",
        "dev.caprock.evidence..,        id problem access audit secrets session",
        "dev.caprock.retention,         id audit evidence"
    })
    void thisPackageKnowsOnly(String room, String others) {
        onlyKnows(room, List.of(others.split(" ")));
    }

    private static void onlyKnows(String room, List<String> others) {
        var known = Stream.concat(
                        Stream.of(room, "dev.caprock.crypto"), others.stream().map(other -> "dev.caprock." + other))
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(OURS)).or(resideInAnyPackage(known)))
                .check(MAIN);
    }

    @Test
    void theLoopReadsOfRemotesOnlyWhatAFailureMeansAndHowTheyStand() {
        noClasses()
                .that()
                .resideInAPackage("dev.caprock.session..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.caprock.remote..")
                        .and(not(com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(
                                "dev.caprock.remote.RemoteFailure")))
                        .and(not(com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf(
                                dev.caprock.remote.Standing.class))))
                .check(MAIN);
    }

    // ---- names ---------------------------------------------------------------------------------------------------

    /** In whatever case, comments apart. */
    @ParameterizedTest
    @CsvSource({"mesa, workspace", "e2b, sandbox/e2b", "vercel, sandbox/vercel"})
    void aVendorsNameStaysInItsRoom(String vendor, Path room) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .map(SOURCES::relativize)
                            .filter(file -> !file.startsWith(room) && !MAY_NAME_VENDORS.contains(file))
                            .filter(file -> mentions(file, vendor)))
                    .isEmpty();
        }
    }

    private static boolean mentions(Path file, String vendor) {
        try {
            String code =
                    COMMENT.matcher(Files.readString(SOURCES.resolve(file))).replaceAll("");
            return code.toLowerCase(Locale.ROOT).contains(vendor);
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    // ---- what is hidden ------------------------------------------------------------------------------------------

    @Test
    void controllersRepositoriesAndDoingsAreHidden() {
        classes()
                .that()
                .areAnnotatedWith(RestController.class)
                .or()
                .areAnnotatedWith(RestControllerAdvice.class)
                .or()
                .areAssignableTo(Repository.class)
                .or()
                .areAssignableTo("dev.caprock.session.lifecycle.Doing")
                .should()
                .bePackagePrivate()
                .check(MAIN);
    }

    // ---- what is nowhere done ------------------------------------------------------------------------------------

    @Test
    void timeAndIdsAndWaitingAreGivenNotTaken() {
        noClasses()
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(MAIN);
    }

    /** But for the command that prints a key, which must not be in a log. */
    @Test
    void nobodyPrintsAndAllLogTheSameWay() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN.that(not(simpleName("CommandLine"))));
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(MAIN);
    }

    @Test
    void whatAClassNeedsComesThroughItsConstructor() {
        NO_CLASSES_SHOULD_USE_FIELD_INJECTION.check(MAIN);
    }

    @Test
    void everyPackageIsNullMarked() {
        var packages = MAIN.getPackage("dev.caprock").getSubpackagesInTree();
        assertThat(packages).isNotEmpty();
        assertThat(packages.stream().filter(each -> !each.getClasses().isEmpty()))
                .allSatisfy(each ->
                        assertThat(isNullMarked(each)).as(each.getName()).isTrue());
    }

    private static boolean isNullMarked(JavaPackage each) {
        return each.tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(NullMarked.class))
                .orElse(false);
    }
}
