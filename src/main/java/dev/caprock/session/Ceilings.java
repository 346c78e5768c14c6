package dev.caprock.session;

import java.time.Duration;

/** The way from a session up to how long what was made for it can last. */
public interface Ceilings {

    /** How far the end of a session that has started can be moved. No call outside. */
    Ceiling of(Session session);

    /** The longest that a session may ask to stay open with a provider, the time to close it aside. */
    Duration longestTtl(String provider);

    /** The most sandbox time that a session can take which stays open for so long. */
    Duration mostSandboxTime(Duration open);
}
