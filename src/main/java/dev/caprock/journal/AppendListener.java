package dev.caprock.journal;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The one way from the journal up to those who report what is appended, and must neither miss nor invent any of it. */
public interface AppendListener {

    /**
     * Told of entries in the transaction that appends them, before it commits: what is written now is there exactly when they
     * are. It is called for output too, often, and must not wait for anything but the database.
     *
     * @param first the seq of the first entry; the others follow without a gap
     */
    void appended(UUID session, Instant at, long first, List<Entry> entries);
}
