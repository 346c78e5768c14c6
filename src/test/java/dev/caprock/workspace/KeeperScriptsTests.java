package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Machine;
import dev.caprock.sandbox.Machine.Userland;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Mounting in a command of its own, for real, with stand-ins for all that would change a machine. */
@ParameterizedClass
@EnumSource(Userland.class)
class KeeperScriptsTests {

    private static final Mount.Installation WANTED = new Mount.Installation("0.46.0", null, null, null);

    private static final String MESA = """
            env | grep ^MESA_ > "$HOME/mesa-environment"
            touch "$HOME/mounted"
            trap 'rm "$HOME/mounted"; exit 0' TERM
            while [ ! -f "$HOME/give-up" ]; do sleep 0.05; done""";

    /** As if a mount were there for the command that made it alone. */
    private static final String UNSEEN = "[ -f \"$HOME/mounted\" ] && [ -n \"$KEEPER\" ]";

    private static final String SEEN = "[ -f \"$HOME/mounted\" ]";
    private static final String SEEN_OF_ROOT =
            UNSEEN + " || { " + SEEN + " && grep -q MESA_UID $HOME/mesa-environment; }";

    private final Machine machine;
    private final Path folder;
    private final List<Machine.Running> keepers = new ArrayList<>();

    KeeperScriptsTests(Userland userland, @TempDir Path folder) {
        this.folder = folder;
        machine = new Machine(folder, userland)
                .standIn("mountpoint", SEEN)
                .standIn("fusermount3", "rm \"$HOME/mounted\"")
                .standIn("id", "echo 1000")
                .standIn("sudo", "shift; exec \"$@\"")
                .standIn("chmod", "case \"$*\" in *fuse) ;; *) exec /bin/chmod \"$@\" ;; esac")
                .standIn("grep", "case \"$*\" in *fuse.conf) exit 0 ;; esac; exec /bin/grep \"$@\"")
                .standIn("mesa", MESA);
    }

    @AfterEach
    void nothingStaysAlive() {
        machine.upload("give-up", "");
        machine.run(Mount.flush(Duration.ofSeconds(1)));
        keepers.forEach(keeper -> keeper.process().destroyForcibly());
    }

    @Test
    void theKeeperMountsAndLivesAsLongAsTheMount() throws Exception {
        var keeper = keep(Mount.keep());
        var second = keep(Mount.keep());

        assertThat(PrepareEnd.of(prepare(Mount.prepareApart(0, WANTED)))).isEqualTo(PrepareEnd.PREPARED);

        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
        assertThat(List.of(keeper, second)).allMatch(each -> each.process().isAlive());
        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        await().until(() -> !keeper.process().isAlive() || !second.process().isAlive());
    }

    @Test
    void aMountThatNoOtherCommandSeesIsEndedAndTold() throws Exception {
        machine.standIn("mountpoint", UNSEEN);
        var keeper = keep(Mount.keep());

        var prepared = prepare(Mount.prepareApart(0, WANTED));

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.UNSEEN);
        assertThat(prepared.output()).endsWith("\ncaprock:home " + machine.home() + "\n");
        assertThat(machine.has("mounted")).isFalse();
        assertThat(machine.has(Mount.ENVIRONMENT_FILE)).isFalse();
        assertThat(keeper.process().waitFor(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void rootMountsForTheUserThen() throws Exception {
        machine.standIn("mountpoint", SEEN_OF_ROOT);
        keep(Mount.keep());
        var unseen = prepare(Mount.prepareApart(0, WANTED));

        keep(Mount.keepAsRoot(unseen));
        var prepared = prepare(Mount.prepareForRoot(WANTED));

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("mesa-environment").lines())
                .contains("MESA_UID=" + Files.getAttribute(machine.home(), "unix:uid"))
                .contains("MESA_MOUNT_POINT=" + machine.home() + "/" + Mount.POINT);
        assertThat(flush()).isEqualTo(FlushEnd.CLEAN);
        assertThat(flush()).as("again").isEqualTo(FlushEnd.CLEAN);
    }

    /** Also where the user could: then both would tell it, and a second signal ends many a program at once. */
    @Test
    void aMountOfRootsIsToldByItsKeeperAlone() throws Exception {
        machine.standIn("mountpoint", SEEN_OF_ROOT);
        machine.standIn("mesa", MESA.replace("; exit 0' TERM", "; echo told >>\"$HOME/told\"' TERM"));
        keep(Mount.keep());
        keep(Mount.keepAsRoot(prepare(Mount.prepareApart(0, WANTED))));
        prepare(Mount.prepareForRoot(WANTED));
        machine.run(Command.script("rm -f \"$HOME/told\"", Duration.ofSeconds(5))); // by those whose mount was unseen

        flush();

        await().until(() -> machine.has("told"));
        assertThat(machine.text("told")).isEqualTo("told\n");
    }

    @Test
    void aMountOfRootsThatNobodySeesEitherIsAFailure() throws Exception {
        machine.standIn("mountpoint", UNSEEN);
        keep(Mount.keep());
        var unseen = prepare(Mount.prepareApart(0, WANTED));

        keep(Mount.keepAsRoot(unseen));

        assertThat(PrepareEnd.of(prepare(Mount.prepareForRoot(WANTED)))).isEqualTo(PrepareEnd.FAILED);
    }

    /** With two real users: what is root's takes no signal from the other one, and is no file of the other's to change. */
    @Test
    void aUserFlushesAMountOfRoots() throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        assumeThat(Path.of("/usr/bin/setpriv")).exists();
        machine.standIn("mountpoint", SEEN_OF_ROOT);
        giveAway(); // first: a keeper that finds no home goes
        keep(asUser(Mount.keep()));
        var unseen = prepare(asUser(Mount.prepareApart(0, WANTED)));
        assertThat(PrepareEnd.of(unseen)).as(unseen.errors()).isEqualTo(PrepareEnd.UNSEEN);

        keep(Mount.keepAsRoot(unseen));
        var prepared = prepare(asUser(Mount.prepareForRoot(WANTED)));

        assertThat(PrepareEnd.of(prepared)).as(prepared.errors()).isEqualTo(PrepareEnd.PREPARED);
        assertThat(machine.text("mesa-environment").lines()).contains("MESA_UID=65534", "MESA_GID=65534");
        assertThat(Files.getAttribute(machine.home().resolve("mounted"), "unix:uid"))
                .isEqualTo(0);
        assertThat(FlushEnd.of(machine.run(asUser(Mount.flush(Duration.ofSeconds(5))))))
                .isEqualTo(FlushEnd.CLEAN);
    }

    private static Command asUser(Command command) {
        return wrapped("exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"", command);
    }

    private static Command wrapped(String script, Command command) {
        var arguments = new ArrayList<>(List.of("/bin/sh", "-c", script, "wrapped", "sh"));
        arguments.addAll(command.arguments().subList(1, command.arguments().size()));
        return new Command(arguments, false, command.timeout());
    }

    private void giveAway() throws IOException {
        for (Path parent : List.of(folder, folder.resolve("bin"))) {
            Files.setPosixFilePermissions(parent, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try (var files = Files.walk(machine.home())) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", 65534);
                Files.setAttribute(file, "unix:gid", 65534);
            }
        }
    }

    private Machine.Running keep(Command keeper) {
        var running = machine.start(wrapped("KEEPER=yes exec \"$@\"", keeper));
        keepers.add(running);
        return running;
    }

    private CommandResult prepare(Command command) throws IOException {
        machine.upload(
                Mount.ENVIRONMENT_FILE,
                MountEnvironment.of("acme", "secret", Map.of(), null).file());
        if (command.arguments().contains("wrapped")) {
            giveAway();
        }
        return machine.run(command);
    }

    private FlushEnd flush() {
        return FlushEnd.of(machine.run(Mount.flush(Duration.ofSeconds(1))));
    }
}
