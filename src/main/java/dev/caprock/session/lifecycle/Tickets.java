package dev.caprock.session.lifecycle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The creates that this replica let begin and that have not reached their provider yet: without them all that look at the same
 * time would take the same place.
 */
final class Tickets {

    /** One that was not used by then is lost: its session was cancelled, or is moved by another replica. */
    private static final Duration LIFE = Duration.ofSeconds(10);

    private record Ticket(String provider, Instant end) {}

    private final Clock clock;
    private final Map<UUID, Ticket> tickets = new HashMap<>();

    Tickets(Clock clock) {
        this.clock = clock;
    }

    /** Takes one of so many free places, or keeps the one that the session has. False when all are taken. */
    synchronized boolean take(String provider, UUID session, int free) {
        Instant now = clock.instant();
        tickets.values().removeIf(ticket -> !now.isBefore(ticket.end()));
        Ticket own = tickets.get(session);
        if (own != null && own.provider().equals(provider)) {
            return true;
        }
        long taken = tickets.values().stream()
                .filter(ticket -> ticket.provider().equals(provider))
                .count();
        if (taken >= free) {
            return false;
        }
        tickets.put(session, new Ticket(provider, now.plus(LIFE)));
        return true;
    }

    synchronized void used(UUID session) {
        tickets.remove(session);
    }
}
