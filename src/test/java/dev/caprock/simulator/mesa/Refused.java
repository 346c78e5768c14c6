package dev.caprock.simulator.mesa;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that the server answers with an error envelope; nothing was changed. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Problem problem;
    private final transient @Nullable Map<String, @Nullable Object> details;

    Refused(Problem problem, String message) {
        this(problem, message, null);
    }

    Refused(Problem problem, String message, @Nullable Map<String, @Nullable Object> details) {
        super(message);
        this.problem = problem;
        this.details = details;
    }

    Problem problem() {
        return problem;
    }

    @Nullable
    Map<String, @Nullable Object> details() {
        return details;
    }
}
