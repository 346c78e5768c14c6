package dev.caprock.session.lifecycle;

import java.time.Instant;
import java.util.List;

/** What comes next for a session. */
sealed interface Next {

    /** Do all of these, side by side; look again when one is done, or at {@code until}. */
    record Act(List<Action> actions, Instant until) implements Next {}

    /** Nothing to do before then, unless it is woken. */
    record Wait(Instant until) implements Next {}

    /** It is closed; nothing is left to do. */
    record Done() implements Next {}
}
