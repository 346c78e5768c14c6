package dev.caprock.audit;

import org.springframework.jdbc.core.simple.JdbcClient;

/** The audit chains of a database, without Spring. */
public final class Audits {

    private Audits() {}

    public static Audit on(JdbcClient database) {
        return new Audit(new AuditTable(database));
    }
}
