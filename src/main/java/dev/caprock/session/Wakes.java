package dev.caprock.session;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The one way from a session up to the loop that moves it. Both calls take part in the caller's transaction and lock the
 * session's place in the loop until it ends; the loop looks as soon as it has committed.
 */
public interface Wakes {

    /**
     * Puts a new session before the loop.
     *
     * @return the database's time
     */
    Instant open(UUID session);

    /**
     * Makes the loop look at a session again.
     *
     * @return the database's time; empty when the session is closed and no longer before the loop
     */
    Optional<Instant> wake(UUID session);
}
