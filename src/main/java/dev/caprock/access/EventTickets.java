package dev.caprock.access;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Chains;
import dev.caprock.crypto.Sha256;
import dev.caprock.id.PublicId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tickets for one session's events. A browser's {@code EventSource} can send no header, and what is in an address may end up in
 * histories and logs: so it does not bear a key, but a ticket that opens little, and that for a minute. It may be used again in that
 * minute, since an {@code EventSource} connects again by itself. Revoking the key that asked for it does not end it sooner.
 */
@Component
public class EventTickets {

    private static final String PREFIX = "tkt_";
    private static final int SECRET_BYTES = 20;

    private final EventTicketTable table;
    private final Audit audit;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    EventTickets(EventTicketTable table, Audit audit, Clock clock) {
        this.table = table;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A ticket; its text is nowhere else.
     *
     * @param text secret
     */
    public record Ticket(String text, Instant expiresAt) {

        @Override
        public String toString() {
            return "Ticket[text=***, expiresAt=%s]".formatted(expiresAt);
        }
    }

    /** Makes a ticket for a session that the actor may read. */
    @Transactional
    public Ticket make(UUID session, Actor actor) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String text = PREFIX + HexFormat.of().formatHex(secret);
        Instant expiresAt = table.insert(Sha256.of(text), actor.tenant(), actor.subject(), session);
        audit.append(
                Chains.ofTenant(actor.tenant()),
                clock.instant(),
                actor,
                "event-ticket.create",
                PublicId.SESSION.text(session),
                "succeeded",
                Map.of("expiresAt", expiresAt.toString()));
        return new Ticket(text, expiresAt);
    }

    /** Who asked for the ticket; throws {@link Refused} when it does not open this session's events, or not any more. */
    Caller caller(String sent, String session) {
        return PublicId.SESSION
                .parse(session)
                .flatMap(id -> table.find(Sha256.of(sent), id))
                .map(holder -> new Caller(holder.tenant(), holder.subject(), Set.of(Scope.SESSIONS_READ)))
                .orElseThrow(Refused::ticket);
    }
}
