package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import java.time.Instant;

/** How one kind of call is done. One bean per kind. */
interface Doing<A extends Action.Call> {

    Class<A> action();

    /** Stores what must be known if we die during the call. */
    default void intend(Session session, A action, Instant now) {}

    /**
     * Does it, in no transaction. Says what came of it; a remote's failure is an outcome like any other.
     *
     * @param session as it was when the intent was stored
     * @param progress for what is worth recording before the end
     */
    Outcome perform(Session session, A action, Progress progress);
}
