package dev.caprock.simulator.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds a machine's processes, orphans and those of other sessions included, by the CAPROCK_MACHINE that each inherited
 * or (Linux) by a working directory inside the machine.
 */
record Inhabitants(Path machine) {

    private static final Path PROC = Path.of("/proc");

    /** Everyone, our own launchers too. */
    List<Inhabitant> all() {
        try {
            return Files.isDirectory(PROC.resolve("self")) ? fromProc() : fromPs();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Inhabitant> fromProc() throws IOException {
        var found = new ArrayList<Inhabitant>();
        try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : entries) {
                if (livesHere(process)) {
                    found.add(
                            new Inhabitant(Long.parseLong(process.getFileName().toString()), commandLine(process)));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private boolean livesHere(Path process) {
        String mark = "CAPROCK_MACHINE=" + machine + "\0";
        String environment = "\0" + read(process.resolve("environ"));
        return environment.contains("\0" + mark) || directory(process).startsWith(machine);
    }

    private static Path directory(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd"));
        } catch (IOException e) {
            return PROC; // a zombie, or not ours to see
        }
    }

    private static String commandLine(Path process) {
        return read(process.resolve("cmdline")).replace('\0', ' ').strip();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it ended meanwhile, or is not ours to see
        }
    }

    private List<Inhabitant> fromPs() throws IOException {
        var ps = new ProcessBuilder("ps", "-axEww", "-o", "pid=,command=")
                .redirectErrorStream(true)
                .start();
        try (var lines = ps.inputReader(StandardCharsets.ISO_8859_1).lines()) {
            return lines.filter(line -> (line + " ").contains("CAPROCK_MACHINE=" + machine + " "))
                    .map(line -> line.strip().split(" ", 2))
                    .map(parts -> new Inhabitant(Long.parseLong(parts[0]), parts[1]))
                    .toList();
        }
    }
}
