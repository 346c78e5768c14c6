package dev.caprock.session.sweep;

import dev.caprock.session.ResourceKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What is owed, read from what is stored. Normally nothing. */
@Component
public class Leaks {

    private final JdbcClient jdbc;
    private final SweepSettings settings;

    Leaks(JdbcClient jdbc, SweepSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /**
     * What a tenant's sessions owe; newest first.
     *
     * @param unowned whether to add what was found and belongs to no session that is known, and so to no tenant
     * @param before only what is older than this one; null for the newest
     */
    public List<Leak> page(String tenant, boolean unowned, @Nullable UUID before, int limit) {
        return jdbc.sql("""
                        select * from (
                            select r.id, 'RELEASE_OVERDUE' as type, r.session_id, r.kind, r.account, r.external_id,
                                    s.closing_at as since, r.lease_until as until, r.attempts, r.last_error
                                from resource r join session s on s.id = r.session_id
                                where s.tenant = :tenant and s.status = 'CLOSING'
                                    and s.closing_at < clock_timestamp() - :overdue * interval '1 millisecond'
                                    and r.kind in ('SANDBOX', 'CREDENTIAL') and r.state in ('INTENDED', 'LIVE', 'LOST')
                            union all
                            select id, 'UNEXPLAINED', session_id, kind, account, external_id,
                                    found_at, null, attempts, last_error
                                from find where gone_at is null and (tenant = :tenant or tenant is null and :unowned)
                            union all
                            select r.id, 'CREDENTIAL_OUTLIVES', r.session_id, r.kind, r.account, r.external_id,
                                    r.gone_at, (r.evidence ->> 'outlivesUntil')::timestamptz, r.attempts, r.last_error
                                from resource r join session s on s.id = r.session_id
                                where s.tenant = :tenant and r.kind = 'CREDENTIAL' and r.state = 'GONE'
                                    and r.evidence ->> 'outlivesUntil' is not null
                                    and (r.evidence ->> 'outlivesUntil')::timestamptz > clock_timestamp()
                        ) leak
                        where cast(:before as uuid) is null or id < :before
                        order by id desc limit :limit""")
                .param("tenant", tenant)
                .param("unowned", unowned)
                .param("overdue", settings.overdueAfter().toMillis())
                .param("before", before)
                .param("limit", limit)
                .query(Leaks::leak)
                .list();
    }

    /** How much of that all tenants owe and anybody can end, by type. Normally none. */
    Map<Leak.Type, Long> count() {
        var counts = new EnumMap<Leak.Type, Long>(Leak.Type.class);
        jdbc.sql("""
                        select 'RELEASE_OVERDUE' as type, count(*) as number
                            from resource r join session s on s.id = r.session_id
                            where s.status = 'CLOSING'
                                and s.closing_at < clock_timestamp() - :overdue * interval '1 millisecond'
                                and r.kind in ('SANDBOX', 'CREDENTIAL') and r.state in ('INTENDED', 'LIVE', 'LOST')
                        union all
                        select 'UNEXPLAINED', count(*) from find where gone_at is null""").param("overdue", settings.overdueAfter().toMillis()).query(row -> {
            counts.put(Leak.Type.valueOf(row.getString("type")), row.getLong("number"));
        });
        return counts;
    }

    private static Leak leak(ResultSet row, int number) throws SQLException {
        OffsetDateTime until = row.getObject("until", OffsetDateTime.class);
        return new Leak(
                row.getObject("id", UUID.class),
                Leak.Type.valueOf(row.getString("type")),
                row.getObject("session_id", UUID.class),
                ResourceKind.valueOf(row.getString("kind")),
                row.getString("account"),
                row.getString("external_id"),
                instant(row, "since"),
                until == null ? null : until.toInstant(),
                row.getInt("attempts"),
                row.getString("last_error"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
