package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One running {@code mesa mount} of a machine: the process that waits, what it was given, and the way to answer it. */
final class MountCall implements AutoCloseable {
    private final Path folder;
    private final long pid;
    private final Map<String, String> environment;
    private final byte @Nullable [] layout;
    private final Path directory;
    private final Optional<ProcessHandle> process;
    private final RandomAccessFile answer;

    MountCall(Path folder) throws IOException {
        this.folder = folder;
        this.pid = Long.parseLong(String.valueOf(folder.getFileName()));
        this.process = ProcessHandle.of(pid);
        this.directory = Path.of(Files.readString(folder.resolve("cwd")).strip());
        this.environment = readOnce(folder.resolve("env"));
        Path layoutFile = folder.resolve("layout");
        this.layout = Files.exists(layoutFile) ? Files.readAllBytes(layoutFile) : null;
        // Read and write, because opening a FIFO only to write would wait for ever for a process that was killed.
        this.answer = new RandomAccessFile(folder.resolve("answer").toFile(), "rw");
    }

    long pid() {
        return pid;
    }

    @Nullable
    String environment(String name) {
        return environment.get(name);
    }

    byte @Nullable [] layout() {
        return layout;
    }

    Path directory() {
        return directory;
    }

    boolean terminated() {
        return Files.exists(folder.resolve("term"));
    }

    /** Whether the process still runs; one that is dead but not yet reaped does not. */
    boolean alive() {
        return process.map(ProcessHandle::isAlive).orElse(false) && !zombie();
    }

    void kill() {
        process.ifPresent(ProcessHandle::destroyForcibly);
    }

    void say(String line) {
        try {
            answer.write((line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw MountFailure.lasting("the mount process is gone: " + e);
        }
    }

    void exit(int code, String text) {
        say("exit " + code + (text.isEmpty() ? "" : " " + text));
    }

    /** Hangs up: a process that still listens ends with an error. */
    @Override
    public void close() throws IOException {
        answer.close();
        if (!alive()) {
            Folders.delete(folder);
        }
    }

    private boolean zombie() {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, String> readOnce(Path folder) throws IOException {
        Map<String, String> values = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : List.copyOf(files.toList())) {
                values.put(String.valueOf(file.getFileName()), Files.readString(file));
                Files.delete(file);
            }
        }
        return values;
    }
}
