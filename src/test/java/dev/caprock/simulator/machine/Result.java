package dev.caprock.simulator.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** What a command of a test printed and how it ended. */
record Result(String out, String err, Exit exit) {

    static Result of(MachineProcess process) {
        var err = CompletableFuture.supplyAsync(() -> text(process.stderr()));
        String out = text(process.stdout());
        try {
            return new Result(out, err.join(), process.await());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
