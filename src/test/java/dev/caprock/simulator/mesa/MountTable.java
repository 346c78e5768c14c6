package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The file {@code run/mounts} of a machine: one absolute mount point a line, while it is mounted. */
final class MountTable {
    private final Path file;

    MountTable(Path machine) {
        this.file = machine.resolve("run").resolve("mounts");
    }

    synchronized void add(Path point) throws IOException {
        List<String> lines = lines();
        lines.add(point.toString());
        write(lines);
    }

    synchronized void remove(Path point) throws IOException {
        List<String> lines = lines();
        lines.remove(point.toString());
        write(lines);
    }

    private List<String> lines() throws IOException {
        return Files.exists(file) ? new ArrayList<>(Files.readAllLines(file)) : new ArrayList<>();
    }

    private void write(List<String> lines) throws IOException {
        Path part = file.resolveSibling("mounts.part");
        Files.write(part, lines);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
