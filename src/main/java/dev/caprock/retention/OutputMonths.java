package dev.caprock.retention;

import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Drops whole months of events and output, once each session of such a month was closed long ago. The two go together: where events
 * are gone, reading says so, and there is no output without the events that point at it.
 *
 * <p>A session's id carries when it was created, so none can come to a month that has ended; that one is closed is final. The
 * DEFAULT partitions, where rows are that no month was there for, are replaced by empty ones when all in them is over.
 */
@Component
class OutputMonths {

    private static final List<String> TABLES = List.of("output", "journal");

    /** Output goes no earlier than its events, which may be in the DEFAULT partition. */
    private static final String NEEDED = """
            SELECT EXISTS (
                SELECT FROM session WHERE id >= first_id_at(:begin) AND id < first_id_at(:end)
                AND (status <> 'CLOSED' OR closed_at >= :before))
            OR EXISTS (
                SELECT FROM journal_default WHERE session_id >= first_id_at(:begin) AND session_id < first_id_at(:end))""";

    private static final String DEFAULTS_OVER = """
            SELECT (EXISTS (SELECT FROM journal_default) OR EXISTS (SELECT FROM output_default))
                AND NOT EXISTS (SELECT FROM journal_default WHERE session_id >= first_id_at(:before))
                AND NOT EXISTS (SELECT FROM output_default WHERE session_id >= first_id_at(:before))
                AND NOT EXISTS (
                    SELECT FROM session WHERE id < first_id_at(:before) AND (status <> 'CLOSED' OR closed_at >= :before)
                    AND (EXISTS (SELECT FROM journal_default WHERE session_id = session.id)
                        OR EXISTS (SELECT FROM output_default WHERE session_id = session.id)))""";

    private final JdbcClient database;
    private final Months months;
    private final RetentionSettings settings;
    private final Clock clock;

    OutputMonths(JdbcClient database, Months months, RetentionSettings settings, Clock clock) {
        this.database = database;
        this.months = months;
        this.settings = settings;
        this.clock = clock;
    }

    /** Ends early when somebody holds the tables: others would only wait again. */
    void drop() {
        Instant before = RetentionSettings.before(clock, settings.output());
        months.dropDetached();
        boolean free = true;
        for (YearMonth month : all()) {
            if (free && !Months.end(month).isAfter(before) && !isNeeded(month, before)) {
                free = months.detach(TABLES, month);
            }
        }
        if (free && defaultsAreOver(before)) {
            boolean ignored = months.replaceDefaults(TABLES, () -> defaultsAreOver(before));
        }
        months.dropDetached();
    }

    private TreeSet<YearMonth> all() {
        var all = new TreeSet<YearMonth>();
        TABLES.forEach(table -> all.addAll(months.months(table)));
        return all;
    }

    private boolean isNeeded(YearMonth month, Instant before) {
        return database.sql(NEEDED)
                .param("begin", Months.begin(month).atOffset(ZoneOffset.UTC))
                .param("end", Months.end(month).atOffset(ZoneOffset.UTC))
                .param("before", before.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    private boolean defaultsAreOver(Instant before) {
        return database.sql(DEFAULTS_OVER)
                .param("before", before.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }
}
