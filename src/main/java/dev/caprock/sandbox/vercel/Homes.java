package dev.caprock.sandbox.vercel;

import dev.caprock.sandbox.CommandResult;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * The default users' home folders, by session. Where home is differs by image, so each sandbox is asked, once by each replica
 * that writes files there: by a command like any other, so that files go where commands look for them.
 */
final class Homes {

    private static final int LIMIT = 20_000;

    private final ConcurrentHashMap<String, FutureTask<String>> known = new ConcurrentHashMap<>();

    /** @param ask finds it out; called by one of those who want to know, while the others wait */
    String of(String session, Supplier<String> ask) {
        if (known.size() >= LIMIT) {
            known.clear();
        }
        var task = known.computeIfAbsent(session, absent -> new FutureTask<>(ask::get));
        task.run(); // does nothing the second time
        try {
            return task.get();
        } catch (ExecutionException failed) {
            known.remove(session, task);
            throw failed.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another upload asked for the home folder", interrupted);
        }
    }

    /** Reads what {@code printf %s "$HOME"} printed; empty when that is no absolute path. */
    static String read(CommandResult result) {
        String home = result.output();
        return result.succeeded() && home.startsWith("/") && home.indexOf('\n') < 0 ? home : "";
    }
}
