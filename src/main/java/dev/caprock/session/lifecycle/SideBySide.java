package dev.caprock.session.lifecycle;

import dev.caprock.sandbox.CommandResult;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at the same time, each on a virtual thread, as part of what their caller does. The first failure interrupts the others
 * and is thrown.
 */
final class SideBySide {

    /** The result of a task that has none. */
    static final CommandResult NOTHING = new CommandResult(0, "", "");

    private static final ContextSnapshotFactory CONTEXTS =
            ContextSnapshotFactory.builder().build();

    private SideBySide() {}

    /** Waits for all. Results are in the order of the tasks. */
    static <T extends @Nullable Object> List<T> run(List<Callable<T>> tasks) {
        ContextSnapshot caller = CONTEXTS.captureAll();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ended = new ExecutorCompletionService<T>(threads);
            List<Future<T>> futures =
                    tasks.stream().map(task -> ended.submit(caller.wrap(task))).toList();
            try {
                for (int i = 0; i < futures.size(); i++) {
                    T ignored = ended.take().get();
                }
            } catch (ExecutionException failure) {
                threads.shutdownNow();
                throw failure.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
            } catch (InterruptedException stopping) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while working side by side", stopping);
            }
            return futures.stream().map(Future::resultNow).toList();
        }
    }
}
