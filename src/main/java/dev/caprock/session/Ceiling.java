package dev.caprock.session;

import java.time.Instant;

/**
 * How far a session's end can be moved.
 *
 * @param latest the end it may have at most
 * @param reason why no later one, for its caller; a sentence
 */
public record Ceiling(Instant latest, String reason) {

    /** The lower of the two. */
    public Ceiling or(Ceiling other) {
        return other.latest.isBefore(latest) ? other : this;
    }
}
