package dev.caprock.session.lifecycle;

import dev.caprock.session.SessionSettings;
import java.time.Duration;
import org.springframework.stereotype.Component;

/**
 * How long a session's credential lives: a mount never refreshes it, so it is made for the longest session there may be and
 * the time to close it; revoking ends it earlier.
 */
@Component
record CredentialLife(SessionSettings settings) {

    private static final Duration CLOSING = Duration.ofMinutes(20);

    Duration ofToken() {
        return settings.maximumTtl().plus(CLOSING);
    }

    /** A little longer than the token that it signs. */
    Duration ofKey() {
        return ofToken().plus(CLOSING);
    }
}
