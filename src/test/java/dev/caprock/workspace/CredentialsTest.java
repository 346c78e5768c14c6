package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineCommand;
import dev.caprock.simulator.machine.MachineProcess;
import dev.caprock.simulator.machine.Template;
import dev.caprock.simulator.mesa.MesaMounts;
import dev.caprock.simulator.mesa.MesaSimulator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each mode from its making to its end: Mesa's stand-in verifies every credential, and mounts in a machine for real. */
class CredentialsTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final String OWN = "session/1";

    private final MesaSimulator mesa = MesaSimulator.start();
    private final MesaMounts mounts = new MesaMounts(mesa.url());
    private final Machine machine = Machine.start(Template.withMesa(), List.of(mounts::attach));
    private final MesaSettings settings = settings(mesa.rootKey(), mesa.privateKey());
    private final Workspaces workspaces = new Workspaces(settings, new Remotes(), Clock.systemUTC());
    private final Credentials credentials = new Credentials(settings, workspaces, Clock.systemUTC());

    CredentialsTest() {
        mesa.createRepo("notes", Map.of("README.md", "hello\n"));
        mesa.createRepo("docs", Map.of("d.txt", "d"));
    }

    @AfterEach
    void end() {
        machine.close();
        mounts.close();
        mesa.close();
    }

    @ParameterizedTest
    @EnumSource(CredentialMode.class)
    void anAgentEditsTheSessionsOwnBookmarkWhichIsMerged(CredentialMode mode) throws Exception {
        var repos = List.of(opened(mode, "notes"));
        var credential = mint(mode, repos);

        mount(credential, repos);
        Files.writeString(folder(mode, "notes").resolve("new.txt"), "new");

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        var work = workspaces.work("notes", OWN).orElseThrow();
        assertThat(mesa.file("notes", OWN, "new.txt"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("new");
        assertThat(mesa.file("notes", "main", "new.txt")).isNull();
        assertThat(workspaces
                        .diff("notes", repos.getFirst().baseChange() + "", work.change())
                        .files())
                .isEqualTo(1);
        assertThat(workspaces.merge("notes", OWN, "main", work.change(), "Publish", true))
                .isInstanceOf(Merged.Clean.class);
        assertThat(workspaces.merge("notes", OWN, "main", work.change(), "Publish", true))
                .as("again")
                .isInstanceOf(Merged.Clean.class);
        assertThat(mesa.file("notes", "main", "new.txt")).isNotNull();
        assertThat(workspaces.work("notes", OWN)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CredentialMode.class)
    void directEditsGoToTheBase(CredentialMode mode) throws Exception {
        var repos = List.of(new MountedRepo(id("notes"), "notes", true, "main", null, null));
        mount(mint(mode, repos), repos);

        Files.writeString(folder(mode, "notes").resolve("new.txt"), "new");

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        assertThat(mesa.file("notes", "main", "new.txt")).isNotNull();
        assertThat(mesa.bookmarks("notes")).containsExactly("main");
    }

    @ParameterizedTest
    @EnumSource(
            value = CredentialMode.class,
            names = {"DERIVED_TOKEN", "SESSION_KEY"})
    void aRevocableCredentialIsProvedDead(CredentialMode mode) {
        var repos = List.of(opened(mode, "notes"));
        var credential = mint(mode, repos);
        String given = given(credentials.handover(credential, repos));
        assertThat(workspaces.refused(given)).isFalse();

        assertThat(credentials.end(credential)).isEqualTo(new CredentialEnd.Refused());
        assertThat(credentials.end(credential)).as("again").isEqualTo(new CredentialEnd.Refused());

        assertThat(workspaces.refused(given)).isTrue();
        assertThat(mesa.liveKeys()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = CredentialMode.class,
            names = {"ACCESS_TOKEN", "LAYOUT"})
    void anUnrevocableCredentialTellsItsEndAndThenIsDead(CredentialMode mode) {
        var credential = mint(mode, List.of(opened(mode, "notes")));
        int calls = mesa.requests().size();

        assertThat(credentials.end(credential)).isEqualTo(new CredentialEnd.Outlives(credential.expiresAt()));

        assertThat(mesa.requests()).hasSize(calls);
        assertThat(mesa.liveKeys()).isEmpty();
        assertThat(workspaces.refused(credential.secret())).isFalse();
        mesa.clock(Clock.offset(Clock.systemUTC(), HOUR));
        assertThat(workspaces.refused(credential.secret())).isTrue();
        assertThat(credential.expiresAt())
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3600));
    }

    @ParameterizedTest
    @EnumSource(CredentialMode.class)
    void noFileOfTheMachineHoldsTheCredentialUnlessTheCliKeepsKeys(CredentialMode mode) throws Exception {
        var repos = List.of(opened(mode, "notes"));
        var environment = credentials.handover(mint(mode, repos), repos);

        mount(environment);

        assertThat(filesHolding(given(environment))).hasSize(mode == CredentialMode.SESSION_KEY ? 1 : 0);
        assertThat(machine.home("user").resolve(".caprock"))
                .isDirectoryNotContaining(file -> file.toString().contains("mount."));
    }

    @Test
    void aLayoutMixesRightsAndTheTokenEnforcesThem() throws Exception {
        var repos = List.of(
                opened(CredentialMode.LAYOUT, "notes"), new MountedRepo(id("docs"), "docs", false, "main", null, null));
        var credential = mint(CredentialMode.LAYOUT, repos);
        mount(credential, repos);

        Path docs = folder(CredentialMode.LAYOUT, "docs");
        assertThat(docs.resolve("d.txt")).hasContent("d");
        Files.writeString(docs.resolve("forbidden.txt"), "x");
        Files.writeString(folder(CredentialMode.LAYOUT, "notes").resolve("allowed.txt"), "x");

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        assertThat(mesa.file("docs", "main", "forbidden.txt")).isNull();
        assertThat(mesa.file("notes", OWN, "allowed.txt")).isNotNull();
        var asAgent = new Workspaces(settings(credential.secret(), null), new Remotes(), Clock.systemUTC());
        assertThat(asAgent.repo("docs")).isPresent();
        assertThatThrownBy(() -> asAgent.branch("docs", "main", "mine", "Try"))
                .isInstanceOf(RemoteFailure.Rejected.class);
    }

    @Test
    void aSecondMountOfALayoutResumesTheWork() throws Exception {
        var repos = List.of(opened(CredentialMode.LAYOUT, "notes"));
        var credential = mint(CredentialMode.LAYOUT, repos);
        mount(credential, repos);
        Path notes = folder(CredentialMode.LAYOUT, "notes");
        Files.writeString(notes.resolve("first.txt"), "1");
        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);

        mount(credential, repos);
        assertThat(notes.resolve("first.txt")).hasContent("1");
        Files.writeString(notes.resolve("second.txt"), "2");

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        assertThat(mesa.files("notes", OWN)).containsOnlyKeys("README.md", "first.txt", "second.txt");
    }

    @Test
    void anEmptyRepositoryCanBeBranchedByALayout() throws Exception {
        mesa.createRepo("fresh", Map.of());
        var repos = List.of(opened(CredentialMode.LAYOUT, "fresh"));
        mount(mint(CredentialMode.LAYOUT, repos), repos);

        Files.writeString(folder(CredentialMode.LAYOUT, "fresh").resolve("first.txt"), "1");

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        assertThat(mesa.file("fresh", OWN, "first.txt")).isNotNull();
    }

    @Test
    void whatNoMountEverOpenedIsUntouchedAndWhatIsGoneIsNot() {
        assertThat(workspaces.work("notes", OWN)).isEmpty();
        assertThatThrownBy(() -> workspaces.work("nowhere", OWN))
                .isInstanceOfSatisfying(
                        RemoteFailure.Rejected.class,
                        gone -> assertThat(gone.isAbsent()).isTrue());
    }

    @Test
    void withOnlyAPrivateKeyASessionStillHasAllItNeeds() {
        var alone = settings(null, mesa.privateKey());
        var its = new Workspaces(alone, new Remotes(), Clock.systemUTC());

        assertThat(its.configured()).isTrue();
        assertThat(its.organisation()).isEqualTo("acme");
        assertThat(its.account()).matches("mesa/[0-9a-f]{8}").isNotEqualTo(workspaces.account());
        assertThat(its.createRepo("made").headChange()).isEqualTo(Tip.ROOT);
        var branched = its.branch("notes", "main", "session/2", "Branch");
        mesa.commit("notes", "session/2", Map.of("new.txt", "new"));
        assertThat(its.merge("notes", "session/2", "main", branched.workChange(), "Publish", true))
                .isInstanceOf(Merged.Clean.class);
        var modes = new Modes(alone, its, Clock.systemUTC());
        assertThat(modes.choose("auto", false, Duration.ofHours(1)))
                .isEqualTo(new Modes.Choice.Of(CredentialMode.LAYOUT));
    }

    @ParameterizedTest
    @EnumSource(CredentialMode.class)
    void aCapIsNamedAndNothingIsMadeBeyondIt(CredentialMode mode) {
        var repos = List.of(opened(mode, "notes"));

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        credentials.mint(mode, "key", repos, mode.longestLife().plusSeconds(1), Map.of()))
                .withMessageContaining(mode.longestLife().toString());
        assertThat(mesa.liveKeys()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = CredentialMode.class, mode = EnumSource.Mode.EXCLUDE, names = "LAYOUT")
    void rightsAreNotWidenedToMixThem(CredentialMode mode) {
        var repos = List.of(
                opened(CredentialMode.LAYOUT, "notes"), new MountedRepo(id("docs"), "docs", false, "main", null, null));

        assertThatIllegalArgumentException().isThrownBy(() -> mint(mode, repos)).withMessageContaining(mode.toString());
        assertThat(mesa.liveKeys()).isEmpty();
    }

    @Test
    void aTokenSignedLaterEndsNoLater() {
        var repos = List.of(opened(CredentialMode.DERIVED_TOKEN, "notes"));
        var credential = mint(CredentialMode.DERIVED_TOKEN, repos);
        var later = new Credentials(
                settings,
                new Workspaces(settings, new Remotes(), Clock.offset(Clock.systemUTC(), Duration.ofMinutes(30))),
                Clock.offset(Clock.systemUTC(), Duration.ofMinutes(30)));

        String token = given(later.handover(credential, repos));

        var claims = new String(java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
        long end = Long.parseLong(claims.replaceAll(".*\"exp\":(\\d+).*", "$1"));
        assertThat(credential.expiresAt().getEpochSecond() - end).isBetween(0L, 1L);
    }

    @Test
    void aCredentialIsKeptWholeAndNeverPrinted() {
        var credential =
                new Credential(CredentialMode.LAYOUT, "id-1", "secret-0123", Instant.ofEpochSecond(1_760_000_000));

        assertThat(Credential.of(credential.toBytes())).isEqualTo(credential);
        assertThat(credential.toString()).contains("id-1").doesNotContain("secret-0123");
    }

    private Credential mint(CredentialMode mode, List<MountedRepo> repos) {
        return credentials.mint(mode, "caprock-1", repos, HOUR, Map.of());
    }

    private MountedRepo opened(CredentialMode mode, String name) {
        String base = mode.branchesInMount()
                ? workspaces.tip(name, "main").change()
                : workspaces.branch(name, "main", OWN, "Session 1").baseChange();
        return new MountedRepo(id(name), name, true, "main", base, OWN);
    }

    private String id(String repo) {
        return workspaces.repo(repo).orElseThrow().id();
    }

    private void mount(Credential credential, List<MountedRepo> repos) throws IOException {
        mount(credentials.handover(credential, repos));
        repos.forEach(repo -> await().until(() -> Files.isDirectory(folder(credential.mode(), repo.name()))));
    }

    private void mount(MountEnvironment environment) throws IOException {
        Path file = machine.home("user").resolve(Mount.ENVIRONMENT_FILE);
        Files.createDirectories(file.getParent());
        Files.write(file, environment.file());
        var prepared = run(Mount.prepare(0, new Mount.Installation("0.46.0", null, null, null)));
        assertThat(PrepareEnd.of(prepared))
                .as(prepared.output() + prepared.errors())
                .isEqualTo(PrepareEnd.PREPARED);
    }

    private FlushEnd flush() {
        return FlushEnd.of(run(Mount.flush(Duration.ofSeconds(10))));
    }

    private CommandResult run(Command command) {
        MachineProcess process =
                machine.start(MachineCommand.of(command.arguments().toArray(String[]::new)));
        try {
            String output = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(process.stderr().readAllBytes(), StandardCharsets.UTF_8);
            return new CommandResult(process.await().code(), output, errors);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path folder(CredentialMode mode, String repo) {
        return machine.home("user").resolve(credentials.folder(mode, repo));
    }

    /** The credential as the sandbox gets it. */
    private static String given(MountEnvironment environment) {
        var variables = environment.variables();
        return variables.containsKey("MESA_ORGS")
                ? variables.get("MESA_ORGS").substring("acme:".length())
                : variables.getOrDefault("MESA_API_KEY", variables.getOrDefault("MESA_ACCESS_TOKEN", ""));
    }

    private List<Path> filesHolding(String text) throws IOException {
        try (var files = Files.walk(machine.folder())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> holds(file, text))
                    .toList();
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException gone) {
            return false;
        }
    }

    private MesaSettings settings(@Nullable String apiKey, @Nullable String privateKey) {
        return new MesaSettings(
                apiKey,
                privateKey,
                "acme",
                mesa.url(),
                Duration.ofSeconds(20),
                "0.46.0",
                "auto",
                "Caprock",
                null,
                null);
    }
}
