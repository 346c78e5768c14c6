package dev.caprock.session.web;

import dev.caprock.journal.Journal;
import dev.caprock.journal.Tail;
import dev.caprock.problem.Problem;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Waiting, on the caller's own virtual thread, until a new session has arrived where it was sent: its agent runs, or it is over. */
@Component
class Arrivals {

    private final Sessions sessions;
    private final Journal journal;
    private final Tail tail;

    Arrivals(Sessions sessions, Journal journal, Tail tail) {
        this.sessions = sessions;
        this.journal = journal;
        this.tail = tail;
    }

    /** The session once it has arrived, or as it is when the time is over or this replica stops. */
    Session await(String tenant, UUID id, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (true) {
            long seq = journal.head(id); // before the look, so that what comes between is not waited for
            Session session = sessions.find(tenant, id).orElseThrow(() -> Problem.notFound("session"));
            long left = end - System.nanoTime();
            if (hasArrived(session) || left <= 0 || !tail.await(id, seq, Duration.ofNanos(left))) {
                return session;
            }
        }
    }

    private static boolean hasArrived(Session session) {
        return switch (session.status()) {
            case QUEUED, OPENING, CLOSING -> false;
            case RUNNING, IDLE, CLOSED -> true;
        };
    }
}
