package dev.caprock.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A throw-away machine: a home folder, and a PATH of a shell, the usual programs, and stand-ins for the others. */
public final class Machine {

    /** Whose shell and programs. */
    public enum Userland {
        DASH,
        BASH,
        BUSYBOX
    }

    private static final List<String> PROGRAMS = List.of(
            "base64", "cat", "chmod", "cut", "date", "dd", "env", "grep", "head", "id", "kill", "ls", "mkdir", "mv",
            "printf", "rm", "setsid", "sleep", "sync", "tail", "tee", "timeout", "touch", "tr", "true", "wc");

    private final Path home;
    private final Path usual;
    private final Path standIns;

    public Machine(Path folder, Userland userland) {
        try {
            home = Files.createDirectories(folder.resolve("home"));
            standIns = Files.createDirectories(folder.resolve("bin"));
            usual = usual(userland);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kept outside the machine's folder: JUnit warns of every link that it deletes. */
    private static synchronized Path usual(Userland userland) throws IOException {
        var busybox = userland == Userland.BUSYBOX;
        var folder = Files.createDirectories(
                Path.of("target", "userland", userland.name().toLowerCase(Locale.ROOT))
                        .toAbsolutePath());
        link(folder, "sh", busybox ? "busybox" : userland.name().toLowerCase(Locale.ROOT));
        for (var program : PROGRAMS) {
            link(folder, program, busybox ? "busybox" : program);
        }
        return folder;
    }

    private static void link(Path folder, String name, String target) throws IOException {
        if (Files.exists(folder.resolve(name))) {
            return;
        }
        var found = Stream.of("/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
                .map(place -> Path.of(place, target))
                .filter(Files::isExecutable)
                .findFirst();
        Files.createSymbolicLink(
                folder.resolve(name), found.orElseThrow(() -> new IllegalStateException(target + " is not installed")));
    }

    /** Puts a shell script on PATH in place of a program. */
    public Machine standIn(String program, String script) {
        write(standIns.resolve(program), ("#!/bin/sh\n" + script + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            Files.setPosixFilePermissions(standIns.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Takes a stand-in away again. */
    public Machine without(String program) {
        try {
            Files.deleteIfExists(standIns.resolve(program));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public String path() {
        return standIns + ":" + usual;
    }

    public Path home() {
        return home;
    }

    public boolean has(String path) {
        return Files.exists(home.resolve(path));
    }

    public byte[] bytes(String path) {
        try {
            return Files.readAllBytes(home.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text(String path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    /** Writes a file in the home folder, as an upload does. */
    public void upload(String path, byte[] content) {
        write(home.resolve(path), content);
    }

    public void upload(String path, String content) {
        upload(path, content.getBytes(StandardCharsets.UTF_8));
    }

    private void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a command with its output in files. */
    public Running start(Command command) {
        var arguments = new ArrayList<>(command.arguments());
        arguments.set(0, usual.resolve("sh").toString());
        try {
            var output = Files.createTempFile(home.getParent(), "output", "");
            var errors = Files.createTempFile(home.getParent(), "errors", "");
            var builder = new ProcessBuilder(arguments)
                    .directory(home.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            builder.environment().clear();
            builder.environment().put("HOME", home.toString());
            builder.environment().put("PATH", path());
            return new Running(builder.start(), output, errors, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public CommandResult run(Command command) {
        return start(command).result();
    }

    /** A command that was started. */
    public record Running(Process process, Path output, Path errors, Command command) {

        public byte[] outputBytes() {
            return read(output);
        }

        public byte[] errorBytes() {
            return read(errors);
        }

        public CommandResult result() {
            try {
                assertThat(process.waitFor(command.timeout()))
                        .as("ended in time")
                        .isTrue();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                throw new IllegalStateException(e);
            }
            return new CommandResult(
                    process.exitValue(),
                    new String(outputBytes(), StandardCharsets.UTF_8),
                    new String(errorBytes(), StandardCharsets.UTF_8));
        }

        private static byte[] read(Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
