package dev.caprock.session.lifecycle;

import java.util.Locale;

/** How an action ended, as metrics and traces say. */
enum ActionEnd {

    /** What came of it is recorded. */
    DONE,

    /** It did not come off. That is recorded, and whether it is tried again. */
    SETBACK,

    /** What it was decided on was no longer so: nothing was done, and it is decided anew. */
    OUTDATED,

    /** Its session was no longer this replica's to write: another one goes on. */
    FENCED,

    /** It ended as nobody has foreseen. */
    UNEXPECTED;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
