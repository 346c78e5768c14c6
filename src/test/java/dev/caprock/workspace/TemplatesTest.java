package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Scripts;
import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineCommand;
import dev.caprock.simulator.machine.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The templates that we ship hold what preparing looks for. */
class TemplatesTest {

    private static final Path DOCKERFILE = Path.of("src/main/docker/templates/e2b.Dockerfile");
    private static final Path SNAPSHOT = Path.of("src/main/docker/templates/vercel-snapshot.sh");
    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");

    private final Machine machine = Machine.start(Template.base(), List.of());

    @AfterEach
    void end() {
        machine.close();
    }

    @Test
    void theDockerfileInstallsThePackagesThatPreparingWouldInstall() throws IOException {
        var wanted = new ArrayList<String>();
        Scripts.read(Mount.class, "worker.sh")
                .lines()
                .filter(line -> !line.contains("apk"))
                .forEach(line -> {
                    var added =
                            Pattern.compile("set -- \"\\$@\" ([a-z][a-z0-9-]*)").matcher(line);
                    while (added.find()) {
                        wanted.add(added.group(1));
                    }
                });
        String install = instructions("RUN").stream()
                .filter(run -> run.startsWith("apt-get update"))
                .findFirst()
                .orElseThrow();
        var installed = install.substring(install.indexOf("recommends ") + "recommends ".length());

        assertThat(wanted).contains("fuse3", "curl");
        assertThat(installed.split(" ")).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void inAMachineMadeByTheDockerfilePreparingInstallsNothing() throws Exception {
        for (String run : instructions("RUN")) {
            var done = run(MachineCommand.of("sh", "-c", run).as(Machine.ROOT).with(variables()));
            assertThat(done.exitCode())
                    .as("%s\n%s%s", run, done.output(), done.errors())
                    .isZero();
        }
        String before = installed();

        for (String program : List.of("claude", "codex")) {
            var wanted = new Mount.Installation("0.46.0", program, "@acme/agent", null);
            var arguments = Mount.installAsRoot(0, wanted).arguments().toArray(String[]::new);
            var done = run(MachineCommand.of(arguments).as(Machine.ROOT));
            assertThat(done.output().lines().filter(line -> line.startsWith("caprock:phase")))
                    .as(done.errors())
                    .contains(
                            "caprock:phase packages skipped nothing is missing",
                            "caprock:phase mesa skipped it is there",
                            "caprock:phase agent skipped nothing is missing")
                    .noneMatch(line -> line.contains("/etc/fuse.conf"));
        }

        assertThat(before).contains("fuse3", "mesa-installer version=0.46.0 answered=yes", "claude-code", "codex");
        assertThat(installed()).isEqualTo(before);
        assertThat(Template.withMesa().installed())
                .as("the template of the scenarios")
                .allSatisfy(
                        program -> assertThat(machine.folder().resolve("bin").resolve(program))
                                .exists());
    }

    @Test
    void templatesTakeTheVersionThatSessionsInstall() throws IOException {
        String version = JsonMapper.shared()
                .readTree(METADATA.toFile())
                .path("properties")
                .valueStream()
                .filter(key -> key.path("name").asString().equals("caprock.mesa.cli-version"))
                .findFirst()
                .map(key -> key.path("defaultValue"))
                .map(JsonNode::asString)
                .orElseThrow();

        assertThat(variables()).containsEntry("MESA_CLI_VERSION", version);
        assertThat(Files.readString(SNAPSHOT)).contains("version=${MESA_CLI_VERSION:-" + version + "}");
    }

    private static List<String> instructions(String name) throws IOException {
        return Files.readAllLines(DOCKERFILE).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    private static Map<String, String> variables() throws IOException {
        return instructions("ENV").stream()
                .map(line -> line.split("=", 2))
                .collect(java.util.stream.Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private String installed() throws IOException {
        String fetched = Files.readString(machine.folder().resolve("run/fetched.log"));
        return Files.readString(machine.folder().resolve("run/installed.log")) + fetched;
    }

    private CommandResult run(MachineCommand command) throws Exception {
        var process = machine.start(command);
        String output = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.stderr().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.await().code(), output, errors);
    }
}
