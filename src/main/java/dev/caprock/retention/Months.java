package dev.caprock.retention;

import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The monthly partitions of the tables that are only appended to, and how one goes. It is detached first, which excludes everybody
 * from the table for some milliseconds, and dropped then, when nobody else can see it any more. {@code DETACH … CONCURRENTLY}, which
 * would exclude nobody, does not exist for tables with a DEFAULT partition (PostgreSQL 14 to 18).
 */
@Component
class Months {

    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu_MM");

    /** For a lock, for an answer, or for somebody who waits for us. */
    private static final Set<String> WAITED = Set.of("55P03", "57014", "40P01");

    private static final Logger log = LoggerFactory.getLogger(Months.class);

    private static final String MONTHS = """
            SELECT right(relname, 7) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = cast(:table AS regclass) AND relname ~ ('^' || :table || '_\\d{4}_\\d{2}$') ORDER BY 1""";

    private static final String DETACHED = """
            SELECT relname FROM pg_class
            WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND NOT relispartition
              AND relname ~ '^(journal|output|audit)_(\\d{4}_\\d{2}|default)_over$'""";

    private final JdbcClient database;
    private final TransactionTemplate transactions;

    Months(JdbcClient database, TransactionTemplate transactions) {
        this.database = database;
        this.transactions = transactions;
    }

    /** Those of a table, oldest first. */
    List<YearMonth> months(String table) {
        return database.sql(MONTHS)
                .param("table", table)
                .query((row, number) -> YearMonth.parse(row.getString(1), MONTH))
                .list();
    }

    static Instant begin(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    static Instant end(YearMonth month) {
        return begin(month.plusMonths(1));
    }

    /** Detaches a month of each of these tables that still has it, or of none: then somebody held one for too long. */
    boolean detach(Collection<String> tables, YearMonth month) {
        return exclusively(
                tables,
                () -> tables.stream()
                        .filter(table -> months(table).contains(month))
                        .forEach(table -> detach(table, month.format(MONTH))));
    }

    /**
     * Puts empty DEFAULT partitions in the place of those of these tables, or does nothing when somebody held them for too long.
     *
     * @param condition looked at when nobody else can write any more
     */
    boolean replaceDefaults(Collection<String> tables, BooleanSupplier condition) {
        return exclusively(tables, () -> {
            if (condition.getAsBoolean()) {
                tables.forEach(this::replaceDefault);
            }
        });
    }

    private void replaceDefault(String table) {
        detach(table, "default");
        execute("CREATE TABLE %1$s_default PARTITION OF %1$s DEFAULT".formatted(table));
        execute(
                "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
                        .formatted(table));
    }

    /** Drops what is detached, also by an earlier run that did not get that far. */
    void dropDetached() {
        for (String name : database.sql(DETACHED)
                .query((row, number) -> String.valueOf(row.getString(1)))
                .list()) {
            execute("DROP TABLE IF EXISTS " + name);
            log.info("retention.partition dropped={}", name.replaceFirst("_over$", ""));
        }
    }

    private void detach(String table, String part) {
        execute("ALTER TABLE %1$s DETACH PARTITION %1$s_%2$s".formatted(table, part));
        execute("ALTER TABLE %1$s_%2$s RENAME TO %1$s_%2$s_over".formatted(table, part));
    }

    private boolean exclusively(Collection<String> tables, Runnable work) {
        try {
            transactions.executeWithoutResult(status -> {
                execute("SET LOCAL lock_timeout = '200ms'");
                execute("SET LOCAL statement_timeout = '2s'");
                execute("LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE".formatted(String.join(", ONLY ", tables)));
                work.run();
            });
            return true;
        } catch (DataAccessException failure) {
            if (NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException cause
                    && WAITED.contains(cause.getSQLState())) {
                log.info("retention.partition postponed, in use: {}", tables);
                return false;
            }
            throw failure;
        }
    }

    private void execute(String sql) {
        int ignored = database.sql(sql).update();
    }
}
