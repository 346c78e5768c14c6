package dev.caprock.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the audit chains. */
@Component
class AuditTable {

    private static final String LOCK_HEAD = "SELECT last_seq, hash FROM audit_head WHERE chain = :chain FOR UPDATE";

    private static final String BEGIN = """
            INSERT INTO audit_head (chain, tenant, last_seq, hash) VALUES (:chain, :tenant, 0, :hash)
            ON CONFLICT (chain) DO NOTHING""";

    private static final String APPEND = """
            WITH head AS (
                UPDATE audit_head SET last_seq = :seq, hash = :hash, moved = true WHERE chain = :chain)
            INSERT INTO audit (chain, seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail,
                               previous, hash)
            VALUES (:chain, :seq, :at, :tenant, :subject, :action, :target, :requestId, :sourceAddress, :outcome,
                    :detail::json, :previous, :hash)""";

    private static final String RECORD = """
            SELECT chain, seq, at, tenant, subject, action, target, request_id, source_address, outcome,
                   detail::text AS detail, previous, hash
            FROM audit\s""";

    private static final String READ = RECORD + "WHERE chain = :chain AND seq > :after ORDER BY seq LIMIT :limit";

    private static final String FIRST =
            RECORD + "WHERE chain = :chain AND action = :action AND outcome = :outcome ORDER BY seq LIMIT 1";

    private static final String SEARCH = RECORD + """
            WHERE tenant = :tenant
              AND (cast(:from AS timestamptz) IS NULL OR at >= :from)
              AND (cast(:to AS timestamptz) IS NULL OR at < :to)
              AND (cast(:action AS text) IS NULL OR action = :action)
              AND (cast(:subject AS text) IS NULL OR subject = :subject)
              AND (cast(:target AS text) IS NULL OR target = :target)
              AND (cast(:chain AS uuid) IS NULL OR chain = :chain)
              AND (cast(:afterAt AS timestamptz) IS NULL OR (at, chain, seq) > (:afterAt, :afterChain, :afterSeq))
            ORDER BY at, chain, seq LIMIT :limit""";

    private static final String HEADS = """
            SELECT chain, last_seq, hash, retirement FROM audit_head
            WHERE tenant = :tenant AND (cast(:after AS uuid) IS NULL OR chain > :after) ORDER BY chain LIMIT :limit""";

    private static final String TENANTS_MOVED = "SELECT DISTINCT tenant FROM audit_head WHERE moved";

    private static final String TAKE_MOVED = """
            WITH taken AS (
                SELECT chain FROM audit_head WHERE tenant = :tenant AND moved AND last_seq > 0
                ORDER BY chain LIMIT :limit FOR UPDATE SKIP LOCKED)
            UPDATE audit_head SET moved = false FROM taken WHERE audit_head.chain = taken.chain
            RETURNING audit_head.chain, last_seq, hash""";

    /** A head whose row was removed, set back or given to another tenant differs too. */
    private static final String DIFFERING = """
            SELECT expected.chain, expected.seq AS last_seq, decode(expected.hash, 'hex') AS hash,
                   CASE WHEN audit.seq IS NULL AND audit_head.last_seq >= expected.seq THEN retirement END AS retirement
            FROM json_to_recordset(cast(:expected AS json)) AS expected (chain uuid, seq bigint, hash text)
            LEFT JOIN audit ON audit.chain = expected.chain AND audit.seq = expected.seq
            LEFT JOIN audit_head ON audit_head.chain = expected.chain AND audit_head.tenant = :tenant
            WHERE audit.hash IS DISTINCT FROM decode(expected.hash, 'hex') OR audit_head.last_seq IS NULL
               OR audit_head.last_seq < expected.seq
            ORDER BY expected.chain""";

    /** The chains of tenants, which grow for ever, have ids of another version, which may fall into any range. */
    private static final String TENANTS_KEPT = """
            SELECT DISTINCT tenant FROM audit_head
            WHERE chain >= first_id_at(:begin) AND chain < first_id_at(:end)
              AND substring(chain::text FROM 15 FOR 1) = '7' AND retirement IS NULL ORDER BY tenant""";

    private static final String RETIRE = """
            WITH taken AS (
                SELECT chain FROM audit_head
                WHERE tenant = :tenant AND chain >= first_id_at(:begin) AND chain < first_id_at(:end)
                  AND substring(chain::text FROM 15 FOR 1) = '7' AND retirement IS NULL AND NOT moved AND last_seq > 0
                ORDER BY chain LIMIT :limit FOR UPDATE SKIP LOCKED)
            UPDATE audit_head SET retirement = :number FROM taken WHERE audit_head.chain = taken.chain
            RETURNING audit_head.chain, last_seq, hash""";

    private static final String HOLDS_OTHERS = """
            SELECT EXISTS (
                SELECT FROM audit WHERE chain >= first_id_at(:begin) AND chain < first_id_at(:end)
                AND NOT EXISTS (SELECT FROM audit_head WHERE audit_head.chain = audit.chain AND retirement IS NOT NULL))""";

    private final JdbcClient database;

    AuditTable(JdbcClient database) {
        this.database = database;
    }

    /** Holds the chain until the end of the transaction; begins it where there is none. */
    Head lockHead(UUID chain, String tenant) {
        return lockExistingHead(chain).orElseGet(() -> {
            database.sql(BEGIN)
                    .param("chain", chain)
                    .param("tenant", tenant)
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

    void append(AuditRecord record) {
        database.sql(APPEND)
                .param("chain", record.chain())
                .param("seq", record.seq())
                .param("at", record.at().atOffset(ZoneOffset.UTC))
                .param("tenant", record.actor().tenant())
                .param("subject", record.actor().subject())
                .param("action", record.action())
                .param("target", record.target())
                .param("requestId", record.actor().requestId())
                .param("sourceAddress", record.actor().sourceAddress())
                .param("outcome", record.outcome())
                .param("detail", record.detail())
                .param("previous", bytes(record.previous()))
                .param("hash", bytes(record.hash()))
                .update();
    }

    List<AuditRecord> read(UUID chain, long after, int limit) {
        return database.sql(READ)
                .param("chain", chain)
                .param("after", after)
                .param("limit", limit)
                .query(AuditTable::link)
                .list();
    }

    Optional<AuditRecord> first(UUID chain, String action, String outcome) {
        return database.sql(FIRST)
                .param("chain", chain)
                .param("action", action)
                .param("outcome", outcome)
                .query(AuditTable::link)
                .optional();
    }

    List<AuditRecord> search(AuditSearch search, Audit.@Nullable Place after, int limit) {
        return database.sql(SEARCH)
                .param("tenant", search.tenant())
                .param("from", time(search.from()))
                .param("to", time(search.to()))
                .param("action", search.action())
                .param("subject", search.subject())
                .param("target", search.target())
                .param("chain", search.chain())
                .param("afterAt", after == null ? null : time(after.at()))
                .param("afterChain", after == null ? null : after.chain())
                .param("afterSeq", after == null ? null : after.seq())
                .param("limit", limit)
                .query(AuditTable::link)
                .list();
    }

    List<ChainEnd> ends(String tenant, @Nullable UUID after, int limit) {
        return database.sql(HEADS)
                .param("tenant", tenant)
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new ChainEnd(chainHead(row, number), row.getObject("retirement", Long.class)))
                .list();
    }

    List<String> tenantsMoved() {
        return database.sql(TENANTS_MOVED)
                .query((row, number) -> row.getString("tenant"))
                .list();
    }

    List<ChainHead> takeMoved(String tenant, int limit) {
        return sorted(database.sql(TAKE_MOVED).param("tenant", tenant).param("limit", limit));
    }

    private static List<ChainHead> sorted(JdbcClient.StatementSpec taking) {
        return taking.query(AuditTable::chainHead).list().stream()
                .sorted(Comparator.comparing(head -> head.chain().toString()))
                .toList();
    }

    List<Differing> differing(String tenant, String expected) {
        return database.sql(DIFFERING)
                .param("tenant", tenant)
                .param("expected", expected)
                .query((row, number) -> new Differing(chainHead(row, number), row.getObject("retirement", Long.class)))
                .list();
    }

    List<String> tenantsKept(Instant begin, Instant end) {
        return database.sql(TENANTS_KEPT)
                .param("begin", time(begin))
                .param("end", time(end))
                .query((row, number) -> String.valueOf(row.getString("tenant")))
                .list();
    }

    List<ChainHead> retire(String tenant, Instant begin, Instant end, long number, int limit) {
        return sorted(database.sql(RETIRE)
                .param("tenant", tenant)
                .param("begin", time(begin))
                .param("end", time(end))
                .param("number", number)
                .param("limit", limit));
    }

    boolean holdsOthers(Instant begin, Instant end) {
        return database.sql(HOLDS_OTHERS)
                .param("begin", time(begin))
                .param("end", time(end))
                .query(Boolean.class)
                .single();
    }

    private static Head head(ResultSet row, int number) throws SQLException {
        return new Head(row.getLong("last_seq"), hex(row.getBytes("hash")));
    }

    private static ChainHead chainHead(ResultSet row, int number) throws SQLException {
        return new ChainHead(row.getObject("chain", UUID.class), row.getLong("last_seq"), hex(row.getBytes("hash")));
    }

    private static AuditRecord link(ResultSet row, int number) throws SQLException {
        var actor = new Actor(
                row.getString("tenant"),
                row.getString("subject"),
                row.getString("request_id"),
                row.getString("source_address"));
        return new AuditRecord(
                row.getObject("chain", UUID.class),
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

    private static @Nullable OffsetDateTime time(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
