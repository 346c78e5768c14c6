package dev.caprock.simulator.mesa;

import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns refusals into error envelopes, with the status and code that the test has chosen for each problem. */
final class Errors {
    private record Shape(int status, String code) {}

    private final Map<Problem, Shape> shapes = new EnumMap<>(Problem.class);

    synchronized void answer(Problem problem, int status, String code) {
        shapes.put(problem, new Shape(status, code));
    }

    synchronized Answer envelope(Refused refused) {
        Problem problem = refused.problem();
        Shape shape = shapes.getOrDefault(problem, new Shape(problem.status(), problem.code()));
        Map<String, @Nullable Object> error = Json.object("code", shape.code(), "message", refused.getMessage());
        if (refused.details() != null) {
            error.put("details", refused.details());
        }
        if (shape.status() >= 500) {
            error.put("trace_id", UUID.randomUUID().toString());
        }
        return Answer.json(shape.status(), Json.object("error", error));
    }
}
