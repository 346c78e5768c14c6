package dev.caprock.evidence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the checkpoints. */
@Component
class CheckpointTable {

    private static final String COLUMNS = "select number, payload, key_id, signature from audit_checkpoint ";

    private final JdbcClient database;

    CheckpointTable(JdbcClient database) {
        this.database = database;
    }

    /** A checkpoint as it is stored. */
    @SuppressWarnings("ArrayRecordComponent") // on its way from the database; never compared
    record Row(long number, byte[] payload, String keyId, byte[] signature) {

        Envelope envelope() {
            return Envelope.of(Checkpoint.TYPE, payload, keyId, signature);
        }

        CheckpointWalk.Link link() {
            return new CheckpointWalk.Link(number, Digest.of(payload));
        }
    }

    /** Holds a tenant's checkpoints until the end of the transaction. */
    void lock(String tenant) {
        database.sql("select pg_advisory_xact_lock(hashtextextended('caprock checkpoint of ' || :tenant, 0))")
                .param("tenant", tenant)
                .query()
                .singleRow();
    }

    Optional<Row> last(String tenant) {
        return database.sql(COLUMNS + "where tenant = :tenant order by number desc limit 1")
                .param("tenant", tenant)
                .query(CheckpointTable::row)
                .optional();
    }

    Optional<Row> get(String tenant, long number) {
        return read(tenant, number - 1, 1).stream()
                .filter(row -> row.number() == number)
                .findFirst();
    }

    /** Those behind {@code after}, oldest first. */
    List<Row> read(String tenant, long after, int limit) {
        return database.sql(COLUMNS + "where tenant = :tenant and number > :after order by number limit :limit")
                .param("tenant", tenant)
                .param("after", after)
                .param("limit", limit)
                .query(CheckpointTable::row)
                .list();
    }

    void add(Checkpoint checkpoint, byte[] payload, String keyId, byte[] signature) {
        database.sql("""
                        insert into audit_checkpoint (tenant, number, at, payload, key_id, signature)
                            values (:tenant, :number, :at, :payload, :keyId, :signature)""")
                .param("tenant", checkpoint.tenant())
                .param("number", checkpoint.number())
                .param("at", checkpoint.at().atOffset(ZoneOffset.UTC))
                .param("payload", payload)
                .param("keyId", keyId)
                .param("signature", signature)
                .update();
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getLong("number"), row.getBytes("payload"), row.getString("key_id"), row.getBytes("signature"));
    }
}
