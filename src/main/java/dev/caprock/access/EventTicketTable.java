package dev.caprock.access;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of event tickets. The database's clock says what has expired. */
@Component
class EventTicketTable {

    private final JdbcClient jdbc;

    EventTicketTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Who asked for a ticket. */
    record Holder(String tenant, String subject) {}

    /** When it expires. */
    Instant insert(byte[] hash, String tenant, String subject, UUID session) {
        return jdbc.sql("""
                        insert into event_ticket (hash, tenant, subject, session_id, expires_at)
                            values (:hash, :tenant, :subject, :session, clock_timestamp() + interval '60 seconds')
                            returning expires_at""")
                .param("hash", hash)
                .param("tenant", tenant)
                .param("subject", subject)
                .param("session", session)
                .query((row, number) ->
                        row.getObject("expires_at", OffsetDateTime.class).toInstant())
                .single();
    }

    /** Empty when there is none, it is for another session, or it has expired. */
    Optional<Holder> find(byte[] hash, UUID session) {
        return jdbc.sql("""
                        select tenant, subject from event_ticket
                            where hash = :hash and session_id = :session and expires_at > clock_timestamp()""")
                .param("hash", hash)
                .param("session", session)
                .query((row, number) -> new Holder(row.getString("tenant"), row.getString("subject")))
                .optional();
    }

    /** Deletes at most {@code limit} that have expired; returns how many. */
    int forget(int limit) {
        return jdbc.sql("""
                        delete from event_ticket where hash in (
                            select hash from event_ticket where expires_at <= clock_timestamp()
                            order by expires_at limit :limit for update skip locked)""").param("limit", limit).update();
    }
}
