package dev.caprock.sandbox.attic;

import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OutputStreamName;
import dev.caprock.simulator.machine.MachineProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** What a process prints, handed on as it comes, one piece at a time. */
record Outputs(MachineProcess process, OutputSink sink) {

    int exitCode(Duration patience) throws IOException, InterruptedException {
        var output = read(OutputStreamName.STDOUT, process.stdout());
        var errors = read(OutputStreamName.STDERR, process.stderr());
        var both = CompletableFuture.allOf(output, errors).orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            both.join();
        } catch (CompletionException failed) {
            process.kill();
            if (failed.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new IOException(failed);
        }
        return process.await().code();
    }

    private CompletableFuture<Void> read(OutputStreamName name, InputStream stream) {
        return CompletableFuture.runAsync(
                () -> {
                    byte[] buffer = new byte[8192];
                    try {
                        for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                            deliver(name, Arrays.copyOf(buffer, count));
                        }
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    private void deliver(OutputStreamName name, byte[] bytes) {
        synchronized (process) {
            sink.accept(name, bytes);
        }
    }
}
