package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Machine;
import dev.caprock.sandbox.Machine.Userland;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Preparing and flushing for real, with stand-ins for all that would change a machine. */
@Execution(ExecutionMode.CONCURRENT)
@ParameterizedClass
@EnumSource(Userland.class)
class MountScriptsTests {

    private static final Mount.Installation WANTED =
            new Mount.Installation("0.46.0", "caprock-agent", "@acme/agent", "1.2.3");

    /** Mounts, by a marker that the stand-in for mountpoint looks for; unmounts and ends well when asked to. */
    private static final String MESA = """
            [ "$1" = --version ] && { echo "mesa 0.46.0"; exit; }
            echo "$*" >> "$HOME/mesa-calls"
            env | grep ^MESA_ > "$HOME/mesa-environment"
            mkdir -p "$MESA_MOUNT_POINT/$MESA_ORG/repo"
            touch "$HOME/mounted"
            trap 'rm "$HOME/mounted"; exit 0' TERM
            while :; do sleep 0.05; done""";

    private final Machine machine;

    MountScriptsTests(Userland userland, @TempDir Path folder) {
        machine = new Machine(folder, userland)
                .standIn("mountpoint", "[ \"$2\" = \"$HOME/.local/share/mesa/mnt\" ] && [ -f \"$HOME/mounted\" ]")
                .standIn("fusermount3", "echo \"$*\" >> \"$HOME/unmounts\"; rm \"$HOME/mounted\"")
                .standIn("id", "echo 1000")
                .standIn("grep", "case \"$*\" in *fuse.conf) exit 0 ;; esac; exec /bin/grep \"$@\"")
                .standIn("gpg", "")
                .standIn("curl", "echo \"curl $*\" >> \"$HOME/installs\"; echo : > install.sh")
                .standIn("apt-get", "echo \"apt-get $*\" >> \"$HOME/installs\"")
                .standIn("npm", "echo \"npm $*\" >> \"$HOME/installs\"")
                .standIn("caprock-agent", "")
                .standIn("mesa", MESA);
    }

    @AfterEach
    void nothingStaysAlive() {
        machine.upload("give-up", "");
        flush();
    }

    @Test
    void withEverythingInstalledItOnlyChecksAndMounts() {
        uploadEnvironment();

        var prepared = prepare(0);

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(phases(prepared))
                .containsExactly(
                        "system started",
                        "system done",
                        "packages started",
                        "packages skipped",
                        "fuse started",
                        "fuse skipped",
                        "mesa started",
                        "mesa skipped",
                        "agent started",
                        "agent skipped",
                        "credential started",
                        "credential done",
                        "mount started",
                        "mount done");
        assertThat(machine.has("installs")).isFalse();
        assertThat(machine.text("mesa-calls")).isEqualTo("mount -y\n");
    }

    @Test
    void theEnvironmentReachesTheMountAndIsGoneThen() {
        uploadEnvironment();

        prepare(0);

        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
        assertThat(machine.text("mesa-environment").lines())
                .contains(
                        "MESA_ORG=acme",
                        "MESA_API_KEY=it's $(secret)",
                        "MESA_REPO_REVS=acme/repo=bookmark:session/1",
                        "MESA_RUNTIME_DIR=" + machine.home() + "/.caprock/mesa");
        assertThat(machine.has(Mount.workingDirectory("acme", "repo"))).isTrue();
        flush();
    }

    @Test
    void aSecondCallerSeesTheSameWorkWithoutTheLinesItHas() {
        var first = machine.start(Mount.prepare(0, WANTED));
        await().until(() -> new String(first.outputBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .count()
                == 11);
        var second = machine.start(Mount.prepare(11, WANTED));
        var third = machine.start(Mount.prepare(0, WANTED));
        uploadEnvironment();

        assertThat(phases(first.result())).hasSize(14);
        assertThat(phases(second.result())).containsExactly("credential done", "mount started", "mount done");
        assertThat(phases(third.result())).hasSize(14);
        uploadEnvironment();
        assertThat(phases(prepare(13))).containsExactly("mount done");
        assertThat(machine.has(Mount.ENVIRONMENT_FILE))
                .as("a credential nobody reads")
                .isFalse();
        assertThat(machine.text("mesa-calls")).isEqualTo("mount -y\n");
    }

    @Test
    void aLiveMountIsNotMountedAgain() {
        uploadEnvironment();
        prepare(0);
        uploadEnvironment();

        var again = prepare(0);

        assertThat(PrepareEnd.of(again)).isEqualTo(PrepareEnd.PREPARED);
        assertThat(phases(again)).endsWith("credential skipped", "mount skipped");
        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
        assertThat(machine.text("mesa-calls")).isEqualTo("mount -y\n");
    }

    @Test
    void aCredentialThatArrivesAfterTheMountIsLiveDoesNotStay() {
        uploadEnvironment();
        prepare(0);

        var again = machine.start(Mount.prepare(0, WANTED));
        await().until(() -> machine.has(".caprock/prepare-mount/2/pid"));
        uploadEnvironment();

        assertThat(PrepareEnd.of(again.result())).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
    }

    @Test
    void aCredentialThatArrivesAfterAllGoesWithTheFlush() {
        uploadEnvironment();
        prepare(0);
        uploadEnvironment();

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);

        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
    }

    @Test
    void aLayoutIsGivenToTheMountAndIsGoneThen() {
        machine.standIn("mesa", MESA.replace("mkdir -p", "[ -f \"$4\" ] && cat \"$4\" > \"$HOME/layout\"; mkdir -p"));
        var layout = Layout.of(List.of(new MountedRepo("repo_1", "docs", false, "main", null, null)), Set.of());
        machine.upload(
                Mount.ENVIRONMENT_FILE,
                MountEnvironment.of("token", layout, null).file());

        var prepared = prepare(0);

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("mesa-calls"))
                .isEqualTo("mount -y --layout %s/.caprock/mount.layout\n".formatted(machine.home()));
        assertThat(machine.text("layout")).isEqualTo(layout.json());
        assertThat(machine.text("mesa-environment").lines()).contains("MESA_ACCESS_TOKEN=token");
        assertThat(machine.has(".caprock/mount.layout")).isFalse();
        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
        flush();

        machine.standIn("mesa", MESA);
        uploadEnvironment();
        assertThat(PrepareEnd.of(prepare(0))).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("mesa-calls")).as("no layout any more").endsWith("\nmount -y\n");
    }

    @Test
    void withoutSudoWhatIsMissingNeedsRoot() {
        machine.without("mesa");

        var prepared = prepare(0);

        assertThat(PrepareEnd.of(prepared)).isEqualTo(PrepareEnd.NEEDS_ROOT);
        assertThat(phases(prepared)).last().asString().isEqualTo("mesa failed");
        assertThat(prepared.errors()).contains("mesa: this needs root");
    }

    @Test
    void asRootItInstallsOnlyAndThenTheUserHasAll() {
        machine.standIn("id", "echo 0")
                .without("mesa")
                .standIn("tee", "")
                .standIn("chmod", "case \"$*\" in *fuse) ;; *) exec /bin/chmod \"$@\" ;; esac")
                .standIn(
                        "curl",
                        "echo 'echo \"$*\" > \"$HOME/installer\"; mkdir -p \"$HOME/.local/bin\"; cp mesa-new "
                                + "\"$HOME/.local/bin/mesa\"' > install.sh; "
                                + "printf '#!/bin/sh\\necho mesa 0.46.0\\n' > mesa-new; chmod +x mesa-new")
                .standIn("cp", "exec /bin/cp \"$@\"");

        var installed = machine.run(Mount.installAsRoot(0, WANTED));

        assertThat(PrepareEnd.of(installed)).as(installed.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("installer")).isEqualTo("--yes --version 0.46.0\n");
        assertThat(phases(installed)).endsWith("mesa done", "agent started", "agent skipped");
    }

    @Test
    void aFailedDownloadIsSeen() {
        machine.standIn("sudo", "shift; exec \"$@\"").without("mesa").standIn("curl", "exit 22");

        var prepared = prepare(0);

        assertThat(PrepareEnd.of(prepared)).isEqualTo(PrepareEnd.FAILED);
        assertThat(prepared.errors()).endsWith("mesa: cannot download its installer\n");
    }

    @Test
    void theAgentComesFromNpmAtItsVersion() {
        machine.standIn("sudo", "shift; exec \"$@\"");
        uploadEnvironment();
        machine.standIn(
                "npm",
                "echo \"$*\" > \"$HOME/npm\"; mkdir -p \"$HOME/.local/bin\"; "
                        + "echo > \"$HOME/.local/bin/new-agent\"; chmod +x \"$HOME/.local/bin/new-agent\"");

        var prepared = machine.run(Mount.prepare(0, new Mount.Installation("", "new-agent", "@acme/agent", "1.2.3")));

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("npm")).isEqualTo("install --global @acme/agent@1.2.3\n");
        flush();
    }

    @Test
    void aMountThatEndsAtOnceIsAFailureAndTheNextAttemptBeginsAnew() {
        machine.standIn(
                "mesa", "[ \"$1\" = --version ] && { echo 0.46.0; exit; }; echo 'no such organisation'; exit 4");
        uploadEnvironment();
        var failed = prepare(0);
        assertThat(PrepareEnd.of(failed)).isEqualTo(PrepareEnd.FAILED);
        assertThat(failed.errors()).contains("no such organisation", "mesa mount ended with exit code 4");
        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();

        machine.standIn("mesa", MESA);
        uploadEnvironment();

        assertThat(PrepareEnd.of(prepare(0))).isEqualTo(PrepareEnd.PREPARED);
        flush();
    }

    @Test
    void aDeadWorkerIsToldAndTheNextAttemptBeginsAnew() {
        var first = machine.start(Mount.prepare(0, WANTED));
        await().until(() -> machine.has(".caprock/prepare-mount/1/pid")
                && machine.text(".caprock/prepare-mount/1/phases").contains("credential started"));
        var worker = Long.parseLong(machine.text(".caprock/prepare-mount/1/pid").split(" ")[0]);
        ProcessHandle.of(worker).orElseThrow().destroyForcibly();
        assertThat(PrepareEnd.of(first.result())).isEqualTo(PrepareEnd.DIED);

        uploadEnvironment();

        assertThat(PrepareEnd.of(prepare(0))).isEqualTo(PrepareEnd.PREPARED);
        flush();
    }

    @Test
    void aFlushIsCleanWhenTheMountEndsWell() {
        uploadEnvironment();
        prepare(0);

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);

        assertThat(machine.has("mounted")).isFalse();
        assertThat(flush()).as("again").isEqualTo(FlushEnd.CLEAN);
    }

    @Test
    void aFlushIsUncleanWhenTheMountEndsWithAnError() {
        machine.standIn("mesa", MESA.replace("exit 0' TERM", "exit 1' TERM"));
        uploadEnvironment();
        prepare(0);

        assertThat(flush()).isEqualTo(FlushEnd.UNCLEAN);
    }

    @Test
    void aFlushTakesTheMountAwayFromADaemonThatDoesNotEnd() {
        machine.standIn(
                "mesa",
                MESA.replace("trap 'rm \"$HOME/mounted\"; exit 0' TERM", "trap '' TERM")
                        .replace("while :;", "while [ ! -f \"$HOME/give-up\" ];"));
        uploadEnvironment();
        prepare(0);

        assertThat(flush()).isEqualTo(FlushEnd.UNCLEAN);

        assertThat(machine.has("mounted")).isFalse();
        assertThat(machine.text("unmounts")).endsWith("-u " + machine.home() + "/.local/share/mesa/mnt\n");
    }

    /** Many a program that is told twice ends at once, without what it was about to do. */
    @Test
    void aDaemonIsToldOnceHoweverManyFlush() {
        machine.standIn(
                "mesa",
                MESA.replace("trap 'rm \"$HOME/mounted\"; exit 0' TERM", "trap 'echo told >>\"$HOME/told\"' TERM")
                        .replace("while :;", "while [ ! -f \"$HOME/give-up\" ];"));
        uploadEnvironment();
        prepare(0);

        flush();
        flush();

        assertThat(machine.text("told")).isEqualTo("told\n");
    }

    @Test
    void aMountThatNobodyCanTakeAwayHangs() {
        machine.standIn(
                "mesa",
                MESA.replace("trap 'rm \"$HOME/mounted\"; exit 0' TERM", "trap '' TERM")
                        .replace("while :;", "while [ ! -f \"$HOME/give-up\" ];"));
        machine.standIn("fusermount3", "exit 1");
        uploadEnvironment();
        prepare(0);

        assertThat(flush()).isEqualTo(FlushEnd.HANGING);
    }

    @Test
    void withoutAMountThereIsNothingToFlush() {
        assertThat(flush()).isEqualTo(FlushEnd.MISSING);
    }

    @Test
    void aMountThatDiedBeforeIsMissing() {
        uploadEnvironment();
        prepare(0);
        var daemon = Long.parseLong(machine.text(".caprock/mount/daemon").split(" ")[0]);
        ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
        await().until(() -> machine.has(".caprock/mount/exit"));

        assertThat(flush()).isEqualTo(FlushEnd.MISSING);
    }

    @Test
    void whoStillHoldsFilesInTheMountIsStoppedFirst() throws Exception {
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            return;
        }
        uploadEnvironment();
        prepare(0);
        var holder = machine.start(Command.script(
                "cd \"$HOME/.local/share/mesa/mnt/acme/repo\" && : > in && while :; do sleep 0.1; done",
                Duration.ofSeconds(30)));
        await().until(() -> machine.has(Mount.workingDirectory("acme", "repo") + "/in"));

        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);

        assertThat(holder.process().waitFor(Duration.ofSeconds(5))).isTrue();
    }

    private void uploadEnvironment() {
        machine.upload(
                Mount.ENVIRONMENT_FILE,
                MountEnvironment.of("acme", "it's $(secret)", Map.of("repo", "session/1"), null)
                        .file());
    }

    private CommandResult prepare(int seen) {
        return machine.run(Mount.prepare(seen, WANTED));
    }

    private FlushEnd flush() {
        return FlushEnd.of(machine.run(Mount.flush(Duration.ofSeconds(1))));
    }

    private static List<String> phases(CommandResult result) {
        return result.output()
                .lines()
                .map(line -> Phase.parse(line).orElseThrow())
                .map(phase -> phase.name() + " " + phase.state().name().toLowerCase(java.util.Locale.ROOT))
                .toList();
    }
}
