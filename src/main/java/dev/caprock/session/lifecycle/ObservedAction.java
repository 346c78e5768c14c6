package dev.caprock.session.lifecycle;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/** An action under way, shown to metrics and traces. It has begun when it is made. */
final class ObservedAction {

    private final ActionContext seen;
    private final Observation observation;

    ObservedAction(ObservationRegistry observations, ActionContext seen) {
        this.seen = seen;
        this.observation = Observation.start(ActionContext.NAME, () -> seen, observations);
    }

    /** What this thread does until the scope is closed belongs to the action, such as calls to remotes. */
    Observation.Scope scope() {
        return observation.openScope();
    }

    /** The same, done as part of the action by whichever thread runs it. */
    Runnable part(Runnable work) {
        return () -> {
            try (var ignored = scope()) {
                work.run();
            }
        };
    }

    void ended(ActionEnd end) {
        seen.ended(end);
        observation.stop();
    }
}
