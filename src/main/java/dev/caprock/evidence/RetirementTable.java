package dev.caprock.evidence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the statements about retired chains. */
@Component
class RetirementTable {

    private final JdbcClient database;

    RetirementTable(JdbcClient database) {
        this.database = database;
    }

    /** A statement as it is stored. */
    record Row(long number, Envelope envelope) {}

    /** Holds a tenant's statements until the end of the transaction. */
    void lock(String tenant) {
        database.sql("select pg_advisory_xact_lock(hashtextextended('caprock retirement of ' || :tenant, 0))")
                .param("tenant", tenant)
                .query()
                .singleRow();
    }

    /** The number of a tenant's last one; 0 before the first. */
    long last(String tenant) {
        return database.sql("select coalesce(max(number), 0) from audit_retirement where tenant = :tenant")
                .param("tenant", tenant)
                .query(Long.class)
                .single();
    }

    /** Those behind {@code after}, oldest first. */
    List<Row> read(String tenant, long after, int limit) {
        return database.sql("""
                        select number, payload, key_id, signature from audit_retirement
                            where tenant = :tenant and number > :after order by number limit :limit""")
                .param("tenant", tenant)
                .param("after", after)
                .param("limit", limit)
                .query(RetirementTable::row)
                .list();
    }

    /** When the last one of a month was made. */
    Optional<Instant> lastOf(String month) {
        return database.sql("select at from audit_retirement where month = :month order by at desc limit 1")
                .param("month", month)
                .query((row, number) ->
                        row.getObject("at", OffsetDateTime.class).toInstant())
                .optional();
    }

    void add(Retirement retirement, byte[] payload, String keyId, byte[] signature) {
        database.sql("""
                        insert into audit_retirement (tenant, number, at, month, payload, key_id, signature)
                            values (:tenant, :number, :at, :month, :payload, :keyId, :signature)""")
                .param("tenant", retirement.tenant())
                .param("number", retirement.number())
                .param("at", retirement.at().atOffset(ZoneOffset.UTC))
                .param("month", retirement.month())
                .param("payload", payload)
                .param("keyId", keyId)
                .param("signature", signature)
                .update();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getLong("number"),
                Envelope.of(
                        Retirement.TYPE, row.getBytes("payload"), row.getString("key_id"), row.getBytes("signature")));
    }
}
