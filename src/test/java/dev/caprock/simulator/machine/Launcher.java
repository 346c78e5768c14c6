package dev.caprock.simulator.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts a machine's commands, all in one process group that is neither the JVM's nor any command's own: {@code kill 0}
 * in one of them spares the tests, and a client that takes a leader's pid for a group finds nothing.
 */
final class Launcher {

    private final Path machine;
    private final Path folder;
    private @Nullable Process group;

    Launcher(Path machine) {
        this.machine = machine;
        this.folder = machine.resolve("run/.launcher");
    }

    MachineProcess launch(List<String> arguments, Map<String, String> environment, Path directory, boolean stdin)
            throws IOException {
        Path specification = specification(arguments, environment, directory);
        var builder = perl(".caprock-launch.pl", Long.toString(group()), specification.toString());
        if (!stdin) {
            builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        }
        Process launcher = builder.start();
        InputStream errors = launcher.getErrorStream();
        return new MachineProcess(pid(errors), launcher, errors, folder.resolve("signals"));
    }

    /** Ends the group; what left it (setsid) lives on. */
    synchronized void close() {
        if (group != null) {
            group.destroyForcibly();
        }
    }

    /** The group's number. A command may have killed its holder ({@code kill -9 0}); then there is a new one. */
    private synchronized long group() throws IOException {
        if (group == null || !group.isAlive()) {
            group = perl(".caprock-group.pl").redirectError(Redirect.DISCARD).start();
            if (group.getInputStream().read() < 0) {
                throw new IOException("the machine's process group did not start");
            }
        }
        return group.pid();
    }

    private ProcessBuilder perl(String script, String... arguments) {
        var command = new ArrayList<>(List.of("perl", folder.resolve(script).toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("CAPROCK_MACHINE", machine.toString());
        return builder;
    }

    /** A file and not arguments: secrets stay out of process lists, and bytes are not bent by the JVM's locale. */
    private Path specification(List<String> arguments, Map<String, String> environment, Path directory)
            throws IOException {
        var tokens = new ArrayList<String>();
        tokens.add(folder.resolve("signals").toString());
        tokens.add(directory.toString());
        tokens.add(Integer.toString(environment.size()));
        environment.forEach((name, value) -> tokens.add(name + "=" + value));
        tokens.addAll(arguments);
        var text = String.join("\0", tokens) + "\0";
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path file = Files.createTempFile(folder, "command-", "", mode);
        return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static long pid(InputStream errors) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = errors.read(); next != '\n'; next = errors.read()) {
            if (next < 0) {
                throw new IOException("the command's launcher failed: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(next);
        }
        try {
            return Long.parseLong(line.toString(StandardCharsets.UTF_8));
        } catch (NumberFormatException e) {
            throw new IOException("the command's launcher said: " + line.toString(StandardCharsets.UTF_8), e);
        }
    }
}
