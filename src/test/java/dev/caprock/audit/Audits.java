package dev.caprock.audit;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The audit chains of a database, without Spring. */
public final class Audits {

    private Audits() {}

    public static Audit on(JdbcClient database) {
        return new Audit(new AuditTable(database));
    }

    /** Goes along a chain from its first record to the last that there is after its head was read. */
    public static Verification verify(JdbcClient database, UUID chain) {
        Head head = database.sql("select last_seq, encode(hash, 'hex') as hash from audit_head where chain = :chain")
                .param("chain", chain)
                .query((row, number) -> new Head(row.getLong("last_seq"), row.getString("hash")))
                .optional()
                .orElse(Head.NONE);
        var walk = new Walk(head);
        for (AuditRecord found : new AuditTable(database).read(chain, 0, Integer.MAX_VALUE)) {
            if (walk.step(found) instanceof Verification.Broken broken) {
                return broken;
            }
        }
        return walk.end();
    }
}
