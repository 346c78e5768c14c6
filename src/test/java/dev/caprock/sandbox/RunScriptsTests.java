package dev.caprock.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.sandbox.Machine.Userland;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes in a throw-away home: what a run's scripts promise, under each shell. */
@Execution(ExecutionMode.CONCURRENT)
@ParameterizedClass
@EnumSource(Userland.class)
class RunScriptsTests {

    private static final RunFiles FILES = new RunFiles(1);
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final Userland userland;
    private final Machine machine;
    private final List<Machine.Running> readers = new ArrayList<>();

    RunScriptsTests(Userland userland, @TempDir Path folder) {
        this.userland = userland;
        machine = new Machine(folder, userland);
    }

    @AfterEach
    void nothingStaysAlive() {
        machine.run(Runner.stop(FILES, Duration.ofSeconds(1)));
        readers.forEach(reader -> reader.process().destroy());
    }

    @Test
    void promptArgumentsAndEnvironmentArriveAsTheyAre() {
        var nasty = "it's \"$(touch hacked)\" `touch hacked` \\ \t* ü 漢 🎉\n\n-n %s\n";
        var environment = new LinkedHashMap<String, String>();
        environment.put("NASTY", nasty);
        environment.put("EMPTY", "");
        environment.put("IFS", "abc");
        environment.put("PATH", "/nowhere:" + machine.path());
        var script = "cat; printf '<%s>' \"$@\" \"$NASTY\" \"${EMPTY-unset}\"; pwd; cat \"$CAPROCK_PROMPT_FILE\"";
        makeFolder("work here");

        launch(List.of("sh", "-c", script, "sh", nasty, "", "-e"), environment, "work here", nasty);

        assertThat(start()).isInstanceOf(StartEnd.Started.class);
        assertThat(ended()).returns(0, RunExit::code).returns(0, RunExit::signal);
        assertThat(machine.text(FILES.directory() + "/stdout"))
                .isEqualTo(nasty + "<" + nasty + "><><-e><" + nasty + "><>"
                        + machine.home().resolve("work here") + "\n" + nasty);
        assertThat(machine.text(FILES.directory() + "/stderr")).isEmpty();
        assertThat(machine.has("work here/hacked") || machine.has("hacked")).isFalse();
    }

    @Test
    void whatCameFromOutsideIsGoneAfterwardsAndPrivateBefore() throws Exception {
        launch("sleep 0.3; exit 3");

        start();

        assertThat(machine.has(FILES.launch())).isFalse();
        assertThat(Files.getPosixFilePermissions(machine.home().resolve(FILES.prompt())))
                .hasSize(2);
        assertThat(ended()).returns(3, RunExit::code).returns(0, RunExit::signal);
        assertThat(machine.has(FILES.prompt())).isFalse();
    }

    @Test
    void startTellsTheAgentsGroupAndTime() {
        launch("echo $$; sleep 60");

        var started = (StartEnd.Started) start();

        assertThat(started.at())
                .isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(1));
        await().untilAsserted(() ->
                assertThat(machine.text(FILES.directory() + "/stdout")).isEqualTo(started.pid() + "\n"));
    }

    @Test
    void aSecondStartOnlyReports() {
        launch("echo once >> \"$HOME/starts\"");
        var first = start();
        ended();

        assertThat(start()).isEqualTo(first);

        assertThat(machine.text("starts")).isEqualTo("once\n");
    }

    @Test
    void startsAtTheSameTimeLaunchOnce() {
        launch("echo once >> \"$HOME/starts\"; sleep 0.2");
        var starts = List.of(startCommand(), startCommand(), startCommand()).stream()
                .map(machine::start)
                .toList();

        assertThat(starts.stream().map(start -> StartEnd.of(start.result())).distinct())
                .singleElement()
                .isInstanceOf(StartEnd.Started.class);
        ended();
        assertThat(machine.text("starts")).isEqualTo("once\n");
    }

    @Test
    void aSignalIsTold() {
        launch("kill -KILL $$");

        start();

        assertThat(ended()).returns(137, RunExit::code).returns(9, RunExit::signal);
    }

    @Test
    void aChildThatHoldsTheOutputIsKilledWithTheGroup() {
        launch("(trap '' TERM; while :; do sleep 0.1; done) & echo $! ; exit 0");

        start();

        assertThat(ended()).returns(0, RunExit::code);
        var child = Long.parseLong(machine.text(FILES.directory() + "/stdout").strip());
        await().until(() ->
                ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void withoutAMountNothingIsLaunched() {
        machine.standIn("mountpoint", "exit 1");
        launch("touch \"$HOME/launched\"");

        var end = StartEnd.of(machine.run(Runner.start(FILES, WAIT, "mnt", List.of("mnt/acme/repo"))));

        assertThat(end).isEqualTo(new StartEnd.NotStarted(StartEnd.Cause.MOUNT, "no mount at mnt"));
        assertThat(machine.has("launched") || machine.has(FILES.launch()) || machine.has(FILES.prompt()))
                .isFalse();
        assertThat(StartEnd.of(machine.run(Runner.start(FILES, WAIT, "mnt", List.of()))))
                .isEqualTo(end);
    }

    @Test
    void aMountWithoutTheRepoIsNotEnough() {
        machine.standIn("mountpoint", "exit 0");
        launch("true");

        assertThat(StartEnd.of(machine.run(Runner.start(FILES, WAIT, "mnt", List.of("mnt/acme/repo")))))
                .isEqualTo(new StartEnd.NotStarted(StartEnd.Cause.MOUNT, "cannot read the folder mnt/acme/repo"));
    }

    @Test
    void aMountThatComesLateIsWaitedFor() {
        machine.standIn("mountpoint", "[ -d \"$2\" ]");
        launch("pwd");
        var start = machine.start(Runner.start(FILES, Duration.ofSeconds(20), "mnt", List.of("mnt/acme")));
        await().until(() -> machine.has(FILES.directory() + "/pid"));
        makeFolder("mnt/acme");

        assertThat(StartEnd.of(start.result())).isInstanceOf(StartEnd.Started.class);
    }

    @Test
    void whatCannotBeLaunchedIsSaid() {
        launch(List.of("no-such-program"), Map.of(), "", "");
        assertThat(start()).isEqualTo(new StartEnd.NotStarted(StartEnd.Cause.LAUNCH, "the program was not found"));
    }

    @Test
    void aMissingWorkingDirectoryIsSaid() {
        launch(List.of("true"), Map.of(), "nowhere", "");
        assertThat(start())
                .isEqualTo(new StartEnd.NotStarted(StartEnd.Cause.LAUNCH, "there is no such working directory"));
    }

    @Test
    void stopEndsAnAgentThatListens() {
        launch("trap 'echo bye; exit 0' TERM; while :; do sleep 0.1; done");
        start();

        assertThat(stop(Duration.ofSeconds(20))).isEqualTo(StopEnd.ENDED);

        assertThat(ended()).returns(0, RunExit::code);
        assertThat(machine.text(FILES.directory() + "/stdout")).isEqualTo("bye\n");
        assertThat(stop(WAIT)).isEqualTo(StopEnd.ENDED);
    }

    @Test
    void stopKillsAnAgentThatDoesNot() {
        launch("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        start();
        await().until(() -> machine.text(FILES.directory() + "/stdout").equals("ready\n"));

        assertThat(stop(WAIT)).isEqualTo(StopEnd.ENDED);

        assertThat(ended()).returns(9, RunExit::signal);
    }

    @Test
    void aRunStoppedBeforeItsStartNeverStarts() {
        launch("touch \"$HOME/launched\"");

        assertThat(stop(WAIT)).isEqualTo(StopEnd.WITHOUT_EXIT);

        assertThat(machine.has(FILES.launch())).isFalse();
        assertThat(start())
                .isEqualTo(new StartEnd.NotStarted(StartEnd.Cause.LAUNCH, "it was stopped before it started"));
        assertThat(machine.has("launched")).isFalse();
    }

    @Test
    void withItsRunnerKilledARunIsLostAndCanStillBeStopped() {
        launch("echo half; sleep 60");
        var agent = ((StartEnd.Started) start()).pid();
        await().until(() -> machine.text(FILES.directory() + "/stdout").equals("half\n"));
        kill(number("pid"));

        var reader = read(0, 0, 30);
        assertThat(reader.result().exitCode()).isEqualTo(FollowEnd.LOST.exitCode());
        assertThat(reader.outputBytes()).asString().isEqualTo("half\n");
        assertThat(stop(WAIT)).isEqualTo(StopEnd.WITHOUT_EXIT);
        assertThat(ProcessHandle.of(agent).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(RunExit.of(machine.run(Runner.exit(FILES)))).isEmpty();
    }

    @Test
    void everyByteArrivesHoweverOftenTheReaderIsReplaced() {
        launch("""
                i=0
                while [ $i -lt 30 ]; do
                  printf 'o%s\\000\\377\\n' $i; printf 'e%s\\303' $i >&2
                  i=$((i + 1)); sleep 0.05
                done""");
        start();

        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();
        int end;
        do {
            var reader = read(stdout.size(), stderr.size(), 1);
            end = reader.result().exitCode();
            stdout.writeBytes(reader.outputBytes());
            stderr.writeBytes(reader.errorBytes());
            assertThat(end).isIn(FollowEnd.ENDED.exitCode(), FollowEnd.TIME_UP.exitCode());
        } while (end == FollowEnd.TIME_UP.exitCode());

        assertThat(stdout.toByteArray()).isEqualTo(machine.bytes(FILES.directory() + "/stdout"));
        assertThat(stderr.toByteArray()).isEqualTo(machine.bytes(FILES.directory() + "/stderr"));
        assertThat(ended())
                .returns((long) stdout.size(), RunExit::stdout)
                .returns((long) stderr.size(), RunExit::stderr);
        assertThat(stdout.size()).isEqualTo(30 * 4 + 50);
    }

    @Test
    void outputArrivesWhileTheAgentRuns() {
        launch("echo out; echo err >&2; sleep 60");
        start();

        var reader = read(0, 0, 30);

        await().untilAsserted(() -> {
            assertThat(reader.outputBytes()).asString(UTF_8).isEqualTo("out\n");
            assertThat(reader.errorBytes()).asString(UTF_8).isEqualTo("err\n");
        });
    }

    @Test
    void aTruncatedFileIsTold() {
        launch("true");
        start();
        ended();

        assertThat(read(1, 0, 1).result().exitCode()).isEqualTo(FollowEnd.SHORTER.exitCode());
        assertThat(read(0, 1, 1).result().exitCode()).isEqualTo(FollowEnd.SHORTER.exitCode());
    }

    @Test
    void aFileTruncatedWhileItIsReadIsTold() {
        launch("echo 123456789; until [ -f \"$HOME/go-on\" ]; do sleep 0.1; done; : > \"" + "$HOME/" + FILES.directory()
                + "/stdout\"; sleep 60");
        start();
        await().until(() -> !machine.text(FILES.directory() + "/stdout").isEmpty());
        var reader = read(5, 0, 30);
        await().until(() -> reader.outputBytes().length == 5);
        machine.upload("go-on", "");

        assertThat(reader.result().exitCode()).isEqualTo(FollowEnd.SHORTER.exitCode());
    }

    @Test
    void anAgentMayBeInterruptedAndItsFilesAreForEveryone() {
        launch("umask; grep SigIgn /proc/self/status");

        start();

        ended();
        assertThat(machine.text(FILES.directory() + "/stdout")).startsWith("0022\n");
        if (userland != Userland.BUSYBOX) {
            assertThat(machine.text(FILES.directory() + "/stdout")).endsWith("0\n");
        }
    }

    private void launch(String script) {
        launch(List.of("sh", "-c", script), Map.of(), "", "");
    }

    private void launch(List<String> argv, Map<String, String> environment, String cwd, String prompt) {
        machine.upload(FILES.prompt(), prompt);
        machine.upload(
                FILES.launch(),
                Runner.launchFile(
                        argv, environment, cwd.isEmpty() ? machine.home().toString() : cwd));
    }

    private Command startCommand() {
        return Runner.start(FILES, WAIT, null, List.of());
    }

    private StartEnd start() {
        return StartEnd.of(machine.run(startCommand()));
    }

    private StopEnd stop(Duration grace) {
        return StopEnd.of(machine.run(Runner.stop(FILES, grace)));
    }

    private RunExit ended() {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> RunExit.of(machine.run(Runner.exit(FILES))), Optional::isPresent)
                .orElseThrow();
    }

    private Machine.Running read(long stdout, long stderr, int seconds) {
        var reader = machine.start(Command.script(
                Scripts.read(Provider.class, "reader.sh"),
                Duration.ofMinutes(1),
                FILES.directory(),
                Long.toString(stdout),
                Long.toString(stderr),
                Integer.toString(seconds)));
        readers.add(reader);
        return reader;
    }

    private long number(String file) {
        return Long.parseLong(machine.text(FILES.directory() + "/" + file).split(" ")[0]);
    }

    private static void kill(long pid) {
        var process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        await().until(() -> !process.isAlive());
    }

    private void makeFolder(String path) {
        assertThat(machine.home().resolve(path).toFile().mkdirs()).isTrue();
    }
}
