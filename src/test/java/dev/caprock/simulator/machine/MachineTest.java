package dev.caprock.simulator.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {

    private Machine machine;

    @BeforeEach
    void start() {
        machine = Machine.start(Template.base(), List.of());
    }

    @AfterEach
    void end() {
        machine.close();
    }

    @Test
    void aCommandSeesACleanEnvironmentAndItsHome() {
        var result = sh("echo $USER $LOGNAME; pwd; echo \"$A\"; env | grep -c SURROUNDINGS", Map.of("A", "ü and 'b'"));

        assertThat(result.out()).isEqualTo("user user\n%s\nü and 'b'\n0\n".formatted(machine.home("user")));
    }

    @Test
    void aLoginShellStillFindsTheStandIns() {
        var result = run(MachineCommand.of("/bin/bash", "-l", "-c", "command -v sudo; sudo id -u; id -u; whoami"));

        assertThat(result.out()).isEqualTo(machine.folder() + "/bin/sudo\n0\n1000\nuser\n");
    }

    @Test
    void anExitCodeAndASignalAreToldApart() {
        assertThat(sh("exit 137").exit()).isEqualTo(new Exit(137, 0));
        assertThat(sh("kill -9 $$").exit()).isEqualTo(new Exit(137, 9));
        assertThat(run(MachineCommand.of("/no/such")).exit()).isEqualTo(new Exit(127, 0));
    }

    @Test
    void outputGoesOnAfterTheLeaderHasExited() {
        var result = sh("(sleep 0.3; echo late) & echo early");

        assertThat(result.out()).isEqualTo("early\nlate\n");
    }

    @Test
    void killZeroSparesTheTestsAndTakesTheOtherCommands() throws Exception {
        var other = machine.start(MachineCommand.of("sleep", "60"));

        var result = sh("kill 0; sleep 60");

        assertThat(result.exit()).isEqualTo(new Exit(143, 15));
        assertThat(other.await()).isEqualTo(new Exit(143, 15));
        assertThat(sh("echo still here").out()).isEqualTo("still here\n");
    }

    @Test
    void evenKillNineZeroLeavesAUsableMachine() {
        assertThat(sh("kill -9 0").exit().signal()).isEqualTo(9);

        assertThat(sh("echo still here").out()).isEqualTo("still here\n");
    }

    @Test
    void aLeadersPidIsNoGroup() throws Exception {
        var process = machine.start(MachineCommand.of("sleep", "60"));

        assertThat(sh("kill -s KILL -- -" + process.pid()).exit().code()).isNotZero();

        process.kill();
        assertThat(process.await().signal()).isEqualTo(9);
    }

    @Test
    void execSetsidMakesTheLeaderAGroupInPlace() throws Exception {
        var process = machine.start(MachineCommand.of("sh", "-c", "exec setsid sh -c 'sleep 60 & echo $$; wait'"));
        var line = new String(
                process.stdout().readNBytes(Long.toString(process.pid()).length()), StandardCharsets.UTF_8);
        assertThat(line).isEqualTo(Long.toString(process.pid()));

        assertThat(sh("kill -s KILL -- -" + process.pid()).exit().code()).isZero();

        process.stdout().readAllBytes();
        assertThat(process.await().signal()).isEqualTo(9);
    }

    @Test
    void killingTheMachineEndsOrphansAndDaemonsAndRemovesTheFolder() {
        sh("setsid sleep 61 >/dev/null 2>&1 & (sleep 62 >/dev/null 2>&1 &) ; cd / && nohup sleep 63 >/dev/null 2>&1 &");
        await().until(() -> machine.processes().size() == 3);
        var pids = machine.processes().stream().map(Inhabitant::pid).toList();

        machine.kill();

        assertThat(pids)
                .noneMatch(
                        pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false) && !zombie(pid));
        assertThat(machine.folder()).doesNotExist();
        assertThat(machine.processes()).isEmpty();
    }

    @Test
    void aFrozenMachineStandsStillUntilItIsThawed() throws Exception {
        sh("while :; do echo x >>ticks; sleep 0.01; done >/dev/null 2>&1 &");
        Path ticks = machine.home("user").resolve("ticks");
        await().until(() -> Files.exists(ticks) && Files.size(ticks) > 4);

        machine.freeze();
        long frozen = Files.size(ticks);
        await().during(Duration.ofMillis(150)).until(() -> Files.size(ticks) == frozen);

        machine.thaw();
        await().until(() -> Files.size(ticks) > frozen);
    }

    @Test
    void systemFilesAreTheMachinesOwnAndRootsToWrite() throws Exception {
        assertThat(sh("echo x | tee /etc/caprock-probe").err()).contains("Permission denied");
        assertThat(sh("echo x | sudo -n tee -a /etc/caprock-probe >/dev/null && cat /etc/caprock-probe")
                        .out())
                .isEqualTo("x\n");
        assertThat(sh("sudo chmod 666 /dev/fuse; ls -l /dev/fuse | cut -c1-10").out())
                .isEqualTo("-rw-rw-rw-\n");
        assertThat(sh("grep ^ID= /etc/os-release").out()).isEqualTo("ID=debian\n");
        assertThat(Path.of("/etc/caprock-probe")).doesNotExist();
    }

    @Test
    void aCommandsOwnRedirectionsStayInTheMachineToo() {
        assertThat(sh("echo x >>/etc/caprock-probe").exit().code()).isNotZero();
        assertThat(sh("sudo sh -c 'echo x >>/etc/caprock-probe' && cat </etc/caprock-probe")
                        .out())
                .isEqualTo("x\n");
        assertThat(run(sh("echo y > \"/etc/caprock-probe\"; cat /etc/caprock-probe", Machine.ROOT))
                        .out())
                .isEqualTo("y\n");
        assertThat(sh("echo z >/tmp/caprock-probe; cd /tmp && ls; cat \"$TMPDIR\"/caprock-probe")
                        .out())
                .isEqualTo("caprock-probe\nz\n");
        assertThat(sh("cd /home/user/ && pwd; cd \"$A\" && pwd; echo ${HOME}/tmp \"$HOME\"/tmp", Map.of("A", "/root"))
                        .out())
                .isEqualToIgnoringNewLines(machine.home("user") + "\n" + machine.folder() + "/root\n"
                        + machine.home("user") + "/tmp " + machine.home("user") + "/tmp\n");
        assertThat(Path.of("/etc/caprock-probe")).doesNotExist();
        assertThat(Path.of("/tmp/caprock-probe")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"apt-get install -y", "dnf install -y", "apk add --no-cache"})
    void packagesAreInstalledByRootWithTheMachinesOnePackageManager(String install) {
        String manager = install.substring(0, install.indexOf(' '));
        try (var other = Machine.start(Template.base().withPackageManager(manager), List.of())) {
            assertThat(run(other, sh(install + " fuse3", Machine.USER)).err()).contains("are you root?");
            assertThat(run(other, sh("command -v fusermount3", Machine.USER))
                            .exit()
                            .code())
                    .isNotZero();

            var result = run(
                    other,
                    sh(
                            "sudo " + install
                                    + " fuse3 && command -v fusermount3; cat $CAPROCK_MACHINE/run/installed.log",
                            Machine.USER));

            assertThat(result.out()).isEqualTo("%s/bin/fusermount3\n%s fuse3\n".formatted(other.folder(), install));
            for (String absent : Set.of("apt-get", "dnf", "apk")) {
                assertThat(run(other, sh("command -v " + absent, Machine.USER))
                                        .exit()
                                        .code()
                                == 0)
                        .isEqualTo(absent.equals(manager));
            }
        }
    }

    @Test
    void mesaComesFromItsInstallerAndNoOtherPageExists() throws Exception {
        assertThat(sh("curl -fsSL https://example.com/x").exit().code()).isEqualTo(6);
        assertThat(sh("command -v mesa").exit().code()).isNotZero();

        sh(
                "set -e; curl -fsSL https://mesa.dev/install.sh >i; sudo sh -s -- --yes --version 0.46.0 <i; command -v mesa >found");

        assertThat(machine.home("user").resolve("found")).hasContent(machine.folder() + "/bin/mesa\n");
        assertThat(sh("mesa --version").out()).isEqualTo("mesa 0.46.0\n");
    }

    @Test
    void anAgentComesFromNpm() throws Exception {
        String install = "npm install -g @anthropic-ai/claude-code@2.1.0";
        assertThat(sh(install).exit().code()).isEqualTo(243);

        assertThat(sh("sudo " + install + " && claude --version").out()).startsWith("2.1.0");
        assertThat(sh(install + " --prefix ~/.local && ls ~/.local/bin").out()).isEqualTo("claude\n");
    }

    @Test
    void aFolderIsAMountPointIfTheMachineListsIt() throws Exception {
        Path mount = Files.createDirectory(machine.home("user").resolve("mnt"));
        assertThat(sh("mountpoint -q mnt").exit().code()).isEqualTo(1);

        Files.writeString(machine.folder().resolve("run/mounts"), mount + "\n");

        assertThat(sh("mountpoint -q mnt && mountpoint -q ~/mnt").exit().code()).isZero();
    }

    @Test
    void servicesAreAttachedFirstAndDetachedLast() {
        var log = new ArrayList<String>();
        var served = Machine.start(Template.base(), List.of(folder -> {
            log.add("attached " + Files.isDirectory(folder.resolve("home/user")));
            return () -> log.add("detached " + Files.isDirectory(folder.resolve("home/user")));
        }));

        served.close();

        assertThat(log).containsExactly("attached true", "detached true");
    }

    @Test
    void pathsNeverLeadOutOfTheMachine() {
        assertThat(machine.resolve("user", "a/b"))
                .isEqualTo(machine.home("user").resolve("a/b"));
        assertThat(machine.resolve("root", "~/x"))
                .isEqualTo(machine.home("root").resolve("x"));
        assertThat(machine.resolve("user", "/etc/x")).isEqualTo(machine.folder().resolve("etc/x"));
        assertThat(machine.resolve("user", machine.folder() + "/tmp"))
                .isEqualTo(machine.folder().resolve("tmp"));
        assertThat(machine.resolve("user", "../../../../../../etc"))
                .isEqualTo(machine.folder().resolve("etc"));
        assertThatThrownBy(() -> machine.start(MachineCommand.of("true").as("nobody")))
                .hasMessageContaining("nobody");
    }

    @Test
    void aTemplateMayHaveAnotherUserWithAnotherHome() {
        var template = Template.base().withUser(new MachineUser("ubuntu", "/vercel"));
        try (var other = Machine.start(template, List.of())) {
            assertThat(run(other, sh("whoami; echo $HOME; pwd", "ubuntu")).out())
                    .isEqualTo("ubuntu\n%s/vercel\n%s/vercel\n".formatted(other.folder(), other.folder()));
            assertThat(run(other, sh("cd; echo x >f; sudo -u ubuntu sh -c 'cat $HOME/f'", "ubuntu"))
                            .out())
                    .isEqualTo("x\n");
            assertThatThrownBy(() -> other.start(MachineCommand.of("true"))).hasMessageContaining("user");
        }
    }

    @Test
    void aMachineKnowsWhetherItHasAProgram() {
        assertThat(machine.finds(MachineCommand.of("sh"))).isTrue();
        assertThat(machine.finds(MachineCommand.of("/bin/sh"))).isTrue();
        assertThat(machine.finds(MachineCommand.of("nowhere"))).isFalse();
        assertThat(machine.finds(MachineCommand.of("/bin/nowhere"))).isFalse();
        assertThat(machine.finds(MachineCommand.of("sh").with(Map.of("PATH", "/nowhere"))))
                .isFalse();
    }

    private Result sh(String script) {
        return sh(script, Map.of());
    }

    private Result sh(String script, Map<String, String> environment) {
        return run(sh(script, Machine.USER).with(environment));
    }

    private static MachineCommand sh(String script, String user) {
        return MachineCommand.of("/bin/sh", "-c", script).as(user);
    }

    private Result run(MachineCommand command) {
        return run(machine, command);
    }

    private static Result run(Machine machine, MachineCommand command) {
        return Result.of(machine.start(command));
    }

    private static boolean zombie(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }
}
