package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A replica, started as the image starts it, from the packaged jar: it can be stopped, killed and frozen. Its log is {@code
 * target/replica-<port>.log}.
 */
final class ServiceProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(90);

    /** Small, so that a service that keeps what it streams does not get far. */
    private static final String HEAP = "-Xmx160m";

    private final Process process;
    private final URI uri;
    private final Path log;

    private ServiceProcess(Process process, URI uri, Path log) {
        this.process = process;
        this.uri = uri;
        this.log = log;
    }

    /** Starts one and waits until it answers. */
    static ServiceProcess start(Map<String, String> settings) {
        try {
            int port = freePort();
            var command = new ArrayList<>(ExtractedJar.command(HEAP));
            command.add("--server.port=" + port);
            settings.forEach((name, value) -> command.add("--%s=%s".formatted(name, value)));
            File log = Path.of("target", "replica-%d.log".formatted(port)).toFile();
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            var service = new ServiceProcess(process, URI.create("http://127.0.0.1:" + port), log.toPath());
            service.awaitReady(log);
            return service;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady(File log) {
        var http = new HttpCalls(() -> uri, null);
        try {
            await().atMost(START).ignoreException(UncheckedIOException.class).until(() -> {
                assertThat(process.isAlive()).as("see %s", log).isTrue();
                return http.get("/actuator/health").status() == 200;
            });
        } catch (RuntimeException | AssertionError failure) {
            close();
            throw failure;
        }
    }

    URI uri() {
        return uri;
    }

    /** All that it has printed. */
    Path log() {
        return log;
    }

    /** As {@code kill -9} does: nothing of it runs any more when this returns. */
    void kill() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** As an orchestrator stops it. How it ended, if it did in time. */
    Optional<Integer> terminate(Duration limit) throws InterruptedException {
        process.destroy();
        return process.waitFor(limit) ? Optional.of(process.exitValue()) : Optional.empty();
    }

    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            var kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
