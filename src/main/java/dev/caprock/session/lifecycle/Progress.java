package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import java.time.Instant;
import java.util.function.BiConsumer;

/** Records what becomes known while a call is still under way. */
@FunctionalInterface
interface Progress {

    /** Changes the session in a transaction of its own. Does nothing once the session is no longer ours. */
    void record(BiConsumer<Session, Instant> change);
}
