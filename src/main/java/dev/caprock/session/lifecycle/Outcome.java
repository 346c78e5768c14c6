package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import java.time.Instant;

/** What came of a call, to be recorded in one transaction. */
@FunctionalInterface
interface Outcome {

    /** Changes the session, freshly loaded and locked. May be called on another thread than the call, and once at most. */
    void record(Session session, Instant now);

    /** Called instead when the session is no longer ours to write: undoes what nobody else can know of. */
    default void fenced() {}

    /** How the action ended, once this is recorded. */
    default ActionEnd end() {
        return ActionEnd.DONE;
    }
}
