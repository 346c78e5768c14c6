package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.Exit;
import dev.caprock.simulator.machine.MachineProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A command that was started in a session. */
final class SimulatedCommand {

    private static final int CHUNK = 8 * 1024;

    private final String id = Ids.command();
    private final CommandRequest request;
    private final String cwd;
    private final String sessionId;
    private final MachineProcess process;
    private final AdvanceableClock clock;
    private final long startedAt;
    private final CommandLog log = new CommandLog();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Exit exit;
    private long duration;

    SimulatedCommand(
            CommandRequest request, String cwd, String sessionId, MachineProcess process, AdvanceableClock clock) {
        this.request = request;
        this.cwd = cwd;
        this.sessionId = sessionId;
        this.process = process;
        this.clock = clock;
        this.startedAt = clock.millis();
    }

    String id() {
        return id;
    }

    String cwd() {
        return cwd;
    }

    CommandLog log() {
        return log;
    }

    /** Starts to deliver. Platform threads: a read of a pipe would hold a virtual thread's carrier. */
    void pump() {
        Thread errors = thread("stderr", () -> deliver("stderr", process.stderr()));
        thread("stdout", () -> {
            deliver("stdout", process.stdout());
            try {
                errors.join();
                finish(process.await());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Thread thread(String stream, Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .name("vercel-%s-%s".formatted(stream, id))
                .start(work);
    }

    /** Logs are text: what is no UTF-8 is replaced. */
    private void deliver(String stream, InputStream from) {
        var reader = new InputStreamReader(from, StandardCharsets.UTF_8);
        char[] chunk = new char[CHUNK];
        try {
            for (int count = reader.read(chunk); count >= 0; count = reader.read(chunk)) {
                log.add(stream, new String(chunk, 0, count));
            }
        } catch (IOException e) {
            // the machine was killed
        }
    }

    private void finish(Exit how) {
        synchronized (this) {
            if (over.getCount() > 0) {
                exit = how;
                duration = clock.millis() - startedAt;
            }
        }
        log.end();
        over.countDown();
    }

    /** The session ends: how this command ends will not be known. */
    void lose() {
        log.lose();
        over.countDown();
    }

    /**
     * Waits for the end.
     *
     * @throws Refused if the session ended first
     */
    void await() throws InterruptedException {
        over.await();
        if (!exited()) {
            throw Refused.stopped();
        }
    }

    synchronized boolean exited() {
        return exit != null;
    }

    void signal(int number) {
        if (over.getCount() > 0) {
            process.signal(number);
        }
    }

    void killIfDue() {
        if (request.timeout() != null
                && clock.millis() >= startedAt + request.timeout().toMillis()) {
            signal(9);
        }
    }

    synchronized ObjectNode json() {
        var json = JsonMapper.shared().createObjectNode().put("id", id).put("name", request.program());
        var arguments = json.putArray("args");
        request.arguments().forEach(arguments::add);
        json.put("cwd", cwd).put("sessionId", sessionId).put("startedAt", startedAt);
        return exit == null
                ? json.putNull("exitCode")
                : json.put("exitCode", exit.code()).put("durationMs", duration);
    }

    /** As a run and a kill answer: without an end, even if there is one by now. */
    ObjectNode started() {
        var json = json();
        json.remove("durationMs");
        return json.putNull("exitCode");
    }
}
