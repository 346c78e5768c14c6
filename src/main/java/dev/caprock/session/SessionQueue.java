package dev.caprock.session;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who waits for a provider, in the order of acceptance, and what of it is in use: of all tenants and replicas. */
@Component
public class SessionQueue {

    private final JdbcClient jdbc;

    SessionQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How many sessions that were accepted before this one wait for the provider. */
    public long ahead(String provider, UUID session) {
        return jdbc.sql(
                        "select count(*) from session where status = 'QUEUED' and provider = :provider and id < :session")
                .param("provider", provider)
                .param("session", session)
                .query(Long.class)
                .single();
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
}
