package dev.caprock.session.lifecycle;

import java.util.UUID;

/** A row of the agenda: a session to move, or a run to follow. */
record Place(Kind kind, UUID id) {

    enum Kind {
        SESSION,
        RUN
    }

    static Place session(UUID id) {
        return new Place(Kind.SESSION, id);
    }

    static Place run(UUID id) {
        return new Place(Kind.RUN, id);
    }
}
