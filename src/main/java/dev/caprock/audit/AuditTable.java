package dev.caprock.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the audit chains. */
@Component
class AuditTable {

    private static final String HEAD = "SELECT last_seq, hash FROM audit_head WHERE chain = :chain";

    private static final String LOCK_HEAD = HEAD + " FOR UPDATE";

    private static final String BEGIN = """
            INSERT INTO audit_head (chain, last_seq, hash) VALUES (:chain, 0, :hash) ON CONFLICT (chain) DO NOTHING""";

    private static final String APPEND = """
            WITH head AS (
                UPDATE audit_head SET last_seq = :seq, hash = :hash WHERE chain = :chain)
            INSERT INTO audit (chain, seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail,
                               previous, hash)
            VALUES (:chain, :seq, :at, :tenant, :subject, :action, :target, :requestId, :sourceAddress, :outcome,
                    :detail::json, :previous, :hash)""";

    private static final String READ = """
            SELECT seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail::text AS detail,
                   previous, hash
            FROM audit WHERE chain = :chain AND seq > :after ORDER BY seq LIMIT :limit""";

    private final JdbcClient database;

    AuditTable(JdbcClient database) {
        this.database = database;
    }

    /** Holds the chain until the end of the transaction; begins it where there is none. */
    Head lockHead(UUID chain) {
        return lockExistingHead(chain).orElseGet(() -> {
            database.sql(BEGIN)
                    .param("chain", chain)
                    .param("hash", bytes(Head.NONE.hash()))
                    .update();
            return lockExistingHead(chain).orElseThrow();
        });
    }

    private Optional<Head> lockExistingHead(UUID chain) {
        return database.sql(LOCK_HEAD)
                .param("chain", chain)
                .query(AuditTable::head)
                .optional();
    }

    Head head(UUID chain) {
        return database.sql(HEAD)
                .param("chain", chain)
                .query(AuditTable::head)
                .optional()
                .orElse(Head.NONE);
    }

    void append(AuditRecord unsigned, String hash) {
        database.sql(APPEND)
                .param("chain", unsigned.chain())
                .param("seq", unsigned.seq())
                .param("at", unsigned.at().atOffset(ZoneOffset.UTC))
                .param("tenant", unsigned.actor().tenant())
                .param("subject", unsigned.actor().subject())
                .param("action", unsigned.action())
                .param("target", unsigned.target())
                .param("requestId", unsigned.actor().requestId())
                .param("sourceAddress", unsigned.actor().sourceAddress())
                .param("outcome", unsigned.outcome())
                .param("detail", unsigned.detail())
                .param("previous", bytes(unsigned.previous()))
                .param("hash", bytes(hash))
                .update();
    }

    List<AuditRecord> read(UUID chain, long after, int limit) {
        return database.sql(READ)
                .param("chain", chain)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> link(chain, row))
                .list();
    }

    private static Head head(ResultSet row, int number) throws SQLException {
        return new Head(row.getLong("last_seq"), hex(row.getBytes("hash")));
    }

    private static AuditRecord link(UUID chain, ResultSet row) throws SQLException {
        var actor = new Actor(
                row.getString("tenant"),
                row.getString("subject"),
                row.getString("request_id"),
                row.getString("source_address"));
        return new AuditRecord(
                chain,
                row.getLong("seq"),
                Objects.requireNonNull(row.getObject("at", OffsetDateTime.class))
                        .toInstant(),
                actor,
                row.getString("action"),
                row.getString("target"),
                row.getString("outcome"),
                row.getString("detail"),
                hex(row.getBytes("previous")),
                hex(row.getBytes("hash")));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
