package dev.caprock.session;

import dev.caprock.id.PublicId;
import java.util.UUID;

/** A session was asked to go where it cannot go from where it stands. Nothing changed. */
public class IllegalMove extends RuntimeException {

    private final SessionStatus from;

    private IllegalMove(SessionStatus from, String message) {
        super(message);
        this.from = from;
    }

    static IllegalMove run(UUID session, SessionStatus from) {
        return new IllegalMove(
                from,
                "session %s is %s and takes no further run".formatted(PublicId.SESSION.text(session), from.text()));
    }

    static IllegalMove amendment(UUID session, SessionStatus from) {
        return new IllegalMove(
                from,
                "session %s is %s and cannot be changed so".formatted(PublicId.SESSION.text(session), from.text()));
    }

    /** Where the session stands. */
    public SessionStatus from() {
        return from;
    }

    IllegalMove(UUID session, SessionStatus from, SessionStatus to) {
        this(
                from,
                "session %s is %s and cannot become %s"
                        .formatted(PublicId.SESSION.text(session), from.text(), to.text()));
    }
}
