package dev.caprock.retention;

import dev.caprock.evidence.Retiring;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Drops whole months of audit records, once each session of such a month is removed, and it was stated for all of their chains how
 * they ended. A chain has the id of its session, so all its records are in the month in which that began, however long it lived.
 * The chains of tenants are in the DEFAULT partition, and stay.
 */
@Component
class AuditMonths {

    private static final String NEEDED = """
            SELECT EXISTS (SELECT FROM session WHERE id >= first_id_at(:begin) AND id < first_id_at(:end))""";

    private final JdbcClient database;
    private final Months months;
    private final Retiring retiring;
    private final RetentionSettings settings;
    private final Clock clock;

    AuditMonths(JdbcClient database, Months months, Retiring retiring, RetentionSettings settings, Clock clock) {
        this.database = database;
        this.months = months;
        this.retiring = retiring;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Does nothing where audit records are kept for ever.
     *
     * @throws IllegalStateException when a month stays because its chains are not as they were written; others went
     */
    void drop() {
        Duration kept = settings.audit();
        if (kept == null) {
            return;
        }
        Instant before = RetentionSettings.before(clock, kept);
        var failures = new ArrayList<IllegalStateException>();
        for (YearMonth month : months.months("audit")) {
            try {
                boolean over = !Months.end(month).isAfter(before) && !isNeeded(month) && retiring.retire(month);
                if (over && !months.detach(List.of("audit"), month)) {
                    break; // somebody holds the table: others would only wait again
                }
            } catch (IllegalStateException refused) {
                failures.add(refused);
            }
        }
        months.dropDetached();
        if (!failures.isEmpty()) {
            throw failures.getFirst(); // so that somebody looks
        }
    }

    /** Its session's row can still be asked for, and what is refused then is recorded. */
    private boolean isNeeded(YearMonth month) {
        return database.sql(NEEDED)
                .param("begin", Months.begin(month).atOffset(ZoneOffset.UTC))
                .param("end", Months.end(month).atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }
}
