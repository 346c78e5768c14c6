package dev.caprock.simulator.mesa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of a tiny machine mount repositories of a real server. */
class MesaMountsTest {
    @TempDir
    private Path machine = Path.of("");

    private final MesaSimulator mesa = MesaSimulator.start();
    private final MesaMounts mounts = new MesaMounts(mesa.url());
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> processes = new ArrayList<>();
    private AutoCloseable attachment = () -> {};

    @BeforeEach
    void prepare() throws IOException {
        for (String command : List.of("mesa", "fusermount3")) {
            Path file = machine.resolve("bin").resolve(command);
            Files.createDirectories(machine.resolve("bin"));
            try (InputStream script =
                    MesaSimulator.class.getResourceAsStream("/dev/caprock/simulator/machine/available/" + command)) {
                Files.copy(Objects.requireNonNull(script), file);
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createDirectories(machine.resolve("home"));
        mesa.createRepo("work", Map.of("README.md", "hello\n", "src/a.txt", "a"));
        attachment = mounts.attach(machine);
        environment.putAll(Map.of("MESA_API_KEY", mesa.rootKey(), "MESA_ORG", "acme"));
    }

    @AfterEach
    void stop() throws Exception {
        mounts.faults().clear();
        attachment.close();
        mounts.close();
        mesa.close();
        for (Process process : processes) {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_mount_shows_files_and_brings_edits_back_while_they_happen() throws Exception {
        mount();
        String change = mesa.bookmark("work", "main").changeId();
        String commit = mesa.bookmark("work", "main").commitOid();
        assertThat(work("README.md")).hasContent("hello");

        byte[] binary = {0, (byte) 0xff, 10, 0, 'x'};
        Files.write(work("bin.dat"), binary);
        Files.writeString(work("run.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(work("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.delete(work("src/a.txt"));

        await().untilAsserted(() ->
                assertThat(mesa.files("work", "main").keySet()).containsExactly("README.md", "bin.dat", "run.sh"));
        await().until(() -> mesa.executable("work", "main", "run.sh"));
        assertThat(mesa.file("work", "main", "bin.dat")).isEqualTo(binary);
        assertThat(mesa.bookmark("work", "main").changeId()).isEqualTo(change);
        assertThat(mesa.bookmark("work", "main").commitOid()).isNotEqualTo(commit);
        assertThat(mesa.requests())
                .anyMatch(request -> request.byMount() && request.method().equals("PATCH"));
    }

    @Test
    void sigterm_flushes_everything_unmounts_and_exits_with_zero() throws Exception {
        mounts.faults().loseUnflushedOnKill(true);
        Process process = mount();
        assertThat(Files.readAllLines(machine.resolve("run/mounts"))).containsExactly(point().toString());
        Files.writeString(work("late.txt"), "late");

        process.toHandle().destroy();

        assertThat(exit(process)).isZero();
        assertThat(text("main", "late.txt")).isEqualTo("late");
        assertThat(work("README.md")).doesNotExist();
        assertThat(Files.readAllLines(machine.resolve("run/mounts"))).isEmpty();
    }

    @Test
    void sigkill_loses_what_was_not_flushed() throws Exception {
        mounts.faults().loseUnflushedOnKill(true);
        Process process = mount();
        Files.writeString(work("late.txt"), "late");

        process.destroyForcibly();

        await().until(() -> Files.readAllLines(machine.resolve("run/mounts")).isEmpty());
        assertThat(mesa.file("work", "main", "late.txt")).isNull();
        await().until(() -> desk().isEmpty());
    }

    @Test
    void a_daemon_writes_its_pid_and_is_a_process_of_its_own() throws Exception {
        environment.put("MESA_RUNTIME_DIR", machine.resolve("home/runtime").toString());
        environment.put("MESA_DAEMON_LOG_FILE", machine.resolve("home/mesa.log").toString());

        assertThat(exit(start("mesa", "mount", "-d", "-y"))).isZero();

        long pid = Long.parseLong(
                Files.readString(machine.resolve("home/runtime/mesa.pid")).strip());
        await().until(() -> Files.exists(work("README.md")));
        ProcessHandle daemon = ProcessHandle.of(pid).orElseThrow();
        daemon.destroy();
        await().until(() -> Files.notExists(machine.resolve("home/runtime/mesa.pid")));
        assertThat(work("README.md")).doesNotExist();
    }

    @Test
    void a_bad_credential_is_told_and_nothing_is_mounted() throws Exception {
        environment.put("MESA_API_KEY", "mesa_wrong");

        Process foreground = start("mesa", "mount");
        assertThat(exit(foreground)).isEqualTo(1);
        assertThat(stderr(foreground)).contains("authentication failed");

        Process daemon = start("mesa", "mount", "--daemonize");
        assertThat(exit(daemon)).isEqualTo(1);
        assertThat(stderr(daemon)).contains("authentication failed");
    }

    @Test
    void a_mount_point_that_is_not_empty_is_refused() throws Exception {
        Files.createDirectories(point().resolve("something"));

        Process process = start("mesa", "mount");

        assertThat(exit(process)).isEqualTo(1);
        assertThat(stderr(process)).contains("not empty");
    }

    @Test
    void no_credential_stays_in_the_machine_unless_it_came_as_mesa_orgs() throws Exception {
        mount();
        assertThat(filesHolding(mesa.rootKey())).isEmpty();
        environment.clear();
        environment.put("MESA_ORGS", "acme:" + mesa.rootKey());
        environment.put("MESA_MOUNT_POINT", machine.resolve("home/second").toString());

        start("mesa", "mount", "-y");

        await().until(() -> Files.exists(machine.resolve("home/second/acme/work/README.md")));
        assertThat(filesHolding(mesa.rootKey())).hasSize(1);
    }

    @Test
    void a_pin_takes_edits_to_its_own_bookmark() throws Exception {
        String main = mesa.bookmark("work", "main").changeId();
        Wire wire = new Wire(mesa, mesa.rootKey());
        String change = wire.post("/acme/work/changes", "{\"base_change_id\":\"" + main + "\"}")
                .at("/id");
        wire.post("/acme/work/bookmarks", "{\"name\":\"session/1\",\"change_id\":\"" + change + "\"}");
        environment.put("MESA_REPO_REVS", "acme/work=bookmark:session/1");
        mount();

        Files.writeString(work("new.txt"), "new");

        await().until(() -> "new".equals(text("session/1", "new.txt")));
        assertThat(mesa.file("work", "main", "new.txt")).isNull();
    }

    @Test
    void the_first_write_of_an_empty_repository_moves_its_default_bookmark() throws Exception {
        mesa.createRepo("empty", Map.of());
        mount();
        await().until(() -> Files.exists(point().resolve("acme/empty")));

        Files.writeString(point().resolve("acme/empty/first.txt"), "1");

        await().until(() -> mesa.file("empty", "main", "first.txt") != null);
        assertThat(mesa.bookmark("empty", "main").changeId()).isNotEqualTo(Change.ROOT);
    }

    @Test
    void a_layout_shows_only_what_it_declares() throws Exception {
        mesa.createRepo("docs", Map.of("d.txt", "d"));
        Path layout = machine.resolve("home/layout.json");
        Files.writeString(layout, """
                {"/workspace": {"kind": "repo", "name": "work", "mode": "rw", "branchedFrom":
                    {"bookmark": "main", "as": {"bookmark": "session/2", "describe": "agent"}},
                    "subPaths": {"/inner": {"kind": "repo", "name": "docs", "mode": "ro"}}},
                 "/ref": [{"kind": "repo", "name": "docs", "mode": "ro", "alias": "d", "at": {"bookmark": "main"}}]}
                """);

        start("mesa", "mount", "--layout", layout.toString());

        await().until(() -> Files.exists(point().resolve("ref/d/d.txt")));
        assertThat(point().resolve("acme")).doesNotExist();
        Files.writeString(point().resolve("workspace/x.txt"), "x");
        Files.writeString(point().resolve("ref/d/forbidden.txt"), "x");
        await().until(() -> "x".equals(text("session/2", "x.txt")));
        await().until(() -> Files.notExists(point().resolve("ref/d/forbidden.txt")));
        assertThat(point().resolve("workspace/inner/d.txt")).exists();
        assertThat(mesa.files("work", "session/2").keySet()).containsExactly("README.md", "src/a.txt", "x.txt");
        assertThat(mesa.file("work", "main", "x.txt")).isNull();
    }

    @Test
    void ignored_files_stay_in_the_machine() throws Exception {
        Process process = mount();
        Files.createDirectories(work("core"));
        Files.writeString(work("core/lost.txt"), "x");
        Files.writeString(work(".a.swp"), "x");
        Files.writeString(work(".gitignore"), "build/\n*.log\n!keep.log\n");
        Files.createDirectories(work("build"));
        Files.writeString(work("build/out"), "x");
        Files.writeString(work("a.log"), "x");
        Files.writeString(work("keep.log"), "x");

        process.toHandle().destroy();

        assertThat(exit(process)).isZero();
        assertThat(mesa.files("work", "main").keySet())
                .containsExactly(".gitignore", "README.md", "keep.log", "src/a.txt");
    }

    @Test
    void two_mounts_of_one_change_see_each_other() throws Exception {
        mount();
        Path other = machine.resolve("home/other");
        environment.put("MESA_MOUNT_POINT", other.toString());
        start("mesa", "mount");
        await().until(() -> Files.exists(other.resolve("acme/work/README.md")));

        Files.writeString(work("shared.txt"), "shared");

        await().until(() -> Files.exists(other.resolve("acme/work/shared.txt")));
        assertThat(other.resolve("acme/work/shared.txt")).hasContent("shared");
    }

    @Test
    void a_mount_fails_closed_when_its_credential_ends() throws Exception {
        Wire wire = new Wire(mesa, mesa.rootKey());
        Wire.Reply key = wire.post("/acme/api-keys", "{\"name\":\"s\",\"expires_in_seconds\":100}");
        environment.put("MESA_API_KEY", key.at("/key"));
        Process process = mount();

        mesa.clock(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(101)));

        await().until(() -> Files.notExists(work("README.md")));
        assertThat(process.isAlive()).isTrue();
        process.toHandle().destroy();
        assertThat(exit(process)).isEqualTo(1);
        assertThat(stderr(process)).contains("flush failed");
    }

    @Test
    void a_key_that_may_only_read_changes_nothing() throws Exception {
        Wire wire = new Wire(mesa, mesa.rootKey());
        environment.put(
                "MESA_API_KEY",
                wire.post("/acme/api-keys", "{\"scopes\":[\"read\"]}").at("/key"));
        mount();

        Files.writeString(work("new.txt"), "new");

        await().until(() -> Files.notExists(work("new.txt")));
        assertThat(mesa.file("work", "main", "new.txt")).isNull();
    }

    @Test
    void a_mount_outlives_a_server_that_stumbles() throws Exception {
        mount();
        mesa.faults().on("PATCH", ".*").times(2).answer(503, "{}");

        Files.writeString(work("new.txt"), "new");

        await().until(() -> "new".equals(text("main", "new.txt")));
    }

    @Test
    void fusermount_ends_a_mount() throws Exception {
        Process process = mount();

        assertThat(exit(start("fusermount3", "-u", point().toString()))).isZero();

        assertThat(exit(process)).isZero();
        assertThat(work("README.md")).doesNotExist();
        assertThat(exit(start("fusermount3", "-u", point().toString()))).isEqualTo(1);
    }

    @Test
    void a_mount_that_is_never_ready_runs_without_a_tree() throws Exception {
        mounts.faults().neverReady(true);

        assertThat(exit(start("mesa", "mount", "-d"))).isZero();
        assertThat(point().resolve("acme")).doesNotExist();

        mounts.faults().neverReady(false);
        await().until(() -> Files.exists(work("README.md")));
    }

    @Test
    void a_mount_can_be_told_to_fail_or_to_die() throws Exception {
        mounts.faults().failMounts("fuse: device not found");
        Process refused = start("mesa", "mount");
        assertThat(exit(refused)).isEqualTo(1);
        assertThat(stderr(refused)).contains("device not found");
        mounts.faults().failMounts(null);

        Process process = mount();
        mounts.die();

        assertThat(exit(process)).isEqualTo(137);
        await().until(() -> Files.notExists(work("README.md")));
    }

    @Test
    void a_flush_can_hang_and_be_released() throws Exception {
        Process process = mount();
        mounts.faults().hangOnTerm(true);
        process.toHandle().destroy();
        assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

        Gate gate = mounts.faults().holdFlush();
        mounts.faults().hangOnTerm(false);
        assertThat(gate.awaitArrival()).isTrue();
        assertThat(process.isAlive()).isTrue();
        gate.open();

        assertThat(exit(process)).isZero();
    }

    @Test
    void the_command_tells_its_version() throws Exception {
        Process process = start("mesa", "--version");

        assertThat(exit(process)).isZero();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("mesa 0.49.1\n");
    }

    private Process mount() throws IOException {
        Process process = start("mesa", "mount", "-y");
        await().until(() -> Files.exists(work("README.md")));
        return process;
    }

    private Process start(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        words.set(0, machine.resolve("bin").resolve(command[0]).toString());
        ProcessBuilder builder = new ProcessBuilder(words).directory(machine.toFile());
        builder.environment().put("CAPROCK_MACHINE", machine.toString());
        builder.environment().put("HOME", machine.resolve("home").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static int exit(Process process) throws InterruptedException {
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String stderr(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Path point() {
        return machine.resolve("home/.local/share/mesa/mnt");
    }

    private Path work(String path) {
        return point().resolve("acme/work").resolve(path);
    }

    private List<Path> desk() throws IOException {
        return Folders.children(machine.resolve("run/mesa")).stream()
                .filter(path -> !path.endsWith("attached"))
                .toList();
    }

    private String text(String bookmark, String path) {
        byte[] bytes = mesa.file("work", bookmark, path);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private List<Path> filesHolding(String secret) throws IOException {
        List<Path> holding = new ArrayList<>();
        try (var files = Files.walk(machine)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(secret)) {
                    holding.add(file);
                }
            }
        }
        return holding;
    }
}
