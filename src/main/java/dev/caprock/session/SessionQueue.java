package dev.caprock.session;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Who waits for a provider, in the order of acceptance, and what of it is in use: of all tenants and replicas. */
@Component
public class SessionQueue {

    private final JdbcClient jdbc;

    SessionQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A queued session's place among those that wait for what it waits for: its provider, its tenant's next place, or its tenant's
     * budget.
     *
     * @return from 1
     */
    public long position(Session session) {
        Hold hold = session.heldBy();
        long before = hold == null
                ? ahead(session.provider(), session.id())
                : switch (hold) {
                    case TENANT_LIMIT -> aheadInTenant(session.tenant(), session.id());
                    case BUDGET -> aheadForBudget(session.tenant(), session.id(), Duration.ofSeconds(Long.MAX_VALUE));
                };
        return before + 1;
    }

    /**
     * How many sessions that were accepted before this one wait for the provider. One that its own tenant holds back takes nobody's
     * place.
     */
    public long ahead(String provider, UUID session) {
        return jdbc.sql("""
                        select count(*) from session
                            where status = 'QUEUED' and provider = :provider and id < :session and held_by is null""")
                .param("provider", provider)
                .param("session", session)
                .query(Long.class)
                .single();
    }

    /**
     * How many sessions of the tenant that were accepted before this one could take the tenant's next place: those that wait for
     * it, and those that nobody has looked at yet. One that waits for its provider or the budget could not.
     */
    public long aheadInTenant(String tenant, UUID session) {
        return jdbc.sql("""
                        select count(*) from session
                            where status = 'QUEUED' and tenant = :tenant and id < :session
                              and (waits_for is null or held_by = 'TENANT_LIMIT')""")
                .param("tenant", tenant)
                .param("session", session)
                .query(Long.class)
                .single();
    }

    /** How many sessions of the tenant that were accepted before this one wait for the budget, and ask for so long at most. */
    public long aheadForBudget(String tenant, UUID session, Duration ttl) {
        return jdbc.sql("""
                        select count(*) from session
                            where status = 'QUEUED' and tenant = :tenant and id < :session
                              and held_by = 'BUDGET' and ttl <= cast(:seconds as numeric) * 1000000000""")
                .param("tenant", tenant)
                .param("session", session)
                .param("seconds", ttl.toSeconds())
                .query(Long.class)
                .single();
    }

    /** How many sessions of the tenant wait. */
    public long queued(String tenant) {
        return jdbc.sql("select count(*) from session where status = 'QUEUED' and tenant = :tenant")
                .param("tenant", tenant)
                .query(Long.class)
                .single();
    }

    /** How many sessions of the tenant have a sandbox, or are about to ask for one. As {@link #places}. */
    public long live(String tenant) {
        return jdbc.sql("""
                        select count(*) from session s
                            where s.tenant = :tenant and s.status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING')
                              and (s.status = 'OPENING' or exists (
                                select 1 from resource r where r.session_id = s.id and r.kind = 'SANDBOX'
                                    and r.state in ('INTENDED', 'LIVE', 'LOST')))""").param("tenant", tenant).query(Long.class).single();
    }

    /**
     * Has all that admit a tenant's sessions, or free a place of it, do so one after the other, until the end of the transaction.
     * Whoever waited for it sees what the one before did.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lockTenant(String tenant) {
        lock("tenant " + tenant);
    }

    /** The same for whoever takes one of a provider's places. After that of the tenant. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lockProvider(String provider) {
        lock("provider " + provider);
    }

    private void lock(String name) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
                .param("name", "caprock " + name)
                .query(row -> {});
    }

    /** How many sessions began already and were put off by the provider since. Who waits lets them go first. */
    public long putOff(String provider) {
        return jdbc.sql("""
                        select count(*) from session s join resource r on r.session_id = s.id
                            where s.status = 'OPENING' and s.provider = :provider
                              and r.kind = 'SANDBOX' and r.state = 'ABSENT' and r.attempts > 0""").param("provider", provider).query(Long.class).single();
    }

    /** How many sessions have a sandbox of the provider, or are about to ask for one. As {@link Session#holdsPlace()}. */
    public long places(String provider) {
        return jdbc.sql("""
                        select count(*) from session s
                            where s.provider = :provider and s.status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING')
                              and (s.status = 'OPENING' or exists (
                                select 1 from resource r where r.session_id = s.id and r.kind = 'SANDBOX'
                                    and r.state in ('INTENDED', 'LIVE', 'LOST')))""").param("provider", provider).query(Long.class).single();
    }

    /** How many sandboxes are alive, or may be, by provider; a provider without any is left out. */
    public Map<String, Long> liveSandboxes() {
        var counts = new HashMap<String, Long>();
        jdbc.sql("""
                        select s.provider, count(*) as live from session s join resource r on r.session_id = s.id
                            where s.status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING')
                              and r.kind = 'SANDBOX' and r.state in ('INTENDED', 'LIVE', 'LOST')
                            group by s.provider""").query(row -> {
            counts.put(row.getString("provider"), row.getLong("live"));
        });
        return counts;
    }

    /**
     * Sessions of one kind that are not closed.
     *
     * @param heldBy what of their tenant's they wait for; null when they do not wait, or for their provider
     * @param longest for how long the one among them that has been longest in this status has been; zero where nobody waits for a
     *     status to end
     */
    public record Crowd(
            String provider, SessionStatus status, @Nullable Hold heldBy, long sessions, Duration longest) {}

    /** All sessions that are not closed. One query, by indexes that hold no closed one. */
    public List<Crowd> crowds() {
        return jdbc.sql("""
                        select provider, status, held_by, count(*) as sessions,
                               coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8 as longest
                            from (
                                select provider, status, held_by, created_at as since from session where status = 'QUEUED'
                                union all
                                select provider, status, null,
                                        case status
                                            when 'OPENING' then coalesce(reopened_at, started_at)
                                            when 'CLOSING' then closing_at
                                        end
                                    from session where status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING')
                            ) as open
                            group by provider, status, held_by""").query(SessionQueue::crowd).list();
    }

    private static Crowd crowd(ResultSet row, int number) throws SQLException {
        String held = row.getString("held_by");
        return new Crowd(
                row.getString("provider"),
                SessionStatus.valueOf(row.getString("status")),
                held == null ? null : Hold.valueOf(held),
                row.getLong("sessions"),
                Duration.ofMillis(Math.max(0, Math.round(row.getDouble("longest") * 1000))));
    }
}
