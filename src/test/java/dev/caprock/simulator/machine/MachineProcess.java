package dev.caprock.simulator.machine;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A command that a machine runs: its leader, and whoever else holds its output open. */
public final class MachineProcess {

    private final long pid;
    private final Process launcher;
    private final InputStream errors;
    private final Path signals;
    private final Optional<ProcessHandle> leader;

    MachineProcess(long pid, Process launcher, InputStream errors, Path signals) {
        this.pid = pid;
        this.launcher = launcher;
        this.errors = errors;
        this.signals = signals;
        this.leader = ProcessHandle.of(pid);
    }

    /** The leader's pid. It heads no process group. */
    public long pid() {
        return pid;
    }

    public OutputStream stdin() {
        return launcher.getOutputStream();
    }

    public InputStream stdout() {
        return launcher.getInputStream();
    }

    public InputStream stderr() {
        return errors;
    }

    /** Signals the leader only. */
    public void terminate() {
        leader.ifPresent(ProcessHandle::destroy);
    }

    /** Kills the leader only. */
    public void kill() {
        leader.ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Sends any signal to the leader only; nothing happens if it has ended. */
    public void signal(int number) {
        if (!launcher.isAlive() || !leader.map(ProcessHandle::isAlive).orElse(false)) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + number, Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the leader has exited and both outputs are at their end; the caller must be reading both. */
    public Exit await() throws InterruptedException {
        int code = launcher.waitFor();
        try {
            Path note = signals.resolve(Long.toString(pid));
            return Files.exists(note) ? new Exit(code, Integer.parseInt(Files.readString(note))) : new Exit(code, 0);
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
