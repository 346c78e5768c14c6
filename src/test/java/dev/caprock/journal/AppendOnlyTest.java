package dev.caprock.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.TestDatabase;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class AppendOnlyTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final JdbcClient client = database.client();

    /** Of this month, so that they are in a monthly partition. */
    private static final String OF_NOW = "first_id_at(now())";

    private static final UUID OLD = new UUID(0, 1);

    @BeforeAll
    static void fill() {
        for (var id : List.of(OF_NOW, "'" + OLD + "'::uuid")) {
            client.sql("INSERT INTO journal VALUES (%s, 1, 'run.started', now(), null, '{}')".formatted(id))
                    .update();
            client.sql("INSERT INTO output VALUES (%s, %s, 1, 0, 'x')".formatted(id, id))
                    .update();
            client.sql("INSERT INTO audit VALUES (%s, 1, now(), 't', 's', 'a', 'x', null, null, 'ok', null, %s, %s)"
                            .formatted(id, "decode(repeat('00', 32), 'hex')", "decode(repeat('00', 32), 'hex')"))
                    .update();
        }
        client.sql("INSERT INTO audit_checkpoint VALUES ('t', 1, now(), 'x', 'k', 's')")
                .update();
        client.sql("INSERT INTO signing_key VALUES ('k', 'x', now())").update();
        client.sql("INSERT INTO audit_head VALUES (:chain, 1, decode(repeat('00', 32), 'hex'), 't')")
                .param("chain", OLD)
                .update();
    }

    /** The tables, their default partitions, and the partitions of this month. */
    static List<String> tables() {
        return client.sql("""
                        SELECT DISTINCT tableoid::regclass::text FROM (
                            SELECT tableoid FROM journal UNION SELECT tableoid FROM output UNION SELECT tableoid FROM audit
                            UNION VALUES ('journal'::regclass), ('output'), ('audit')) AS t""").query((row, number) -> row.getString(1)).list();
    }

    @Test
    void rowsOfAnyAgeFindAPartition() {
        assertThat(tables()).hasSize(9).contains("journal_default", "output_default", "audit_default");
    }

    @ParameterizedTest
    @MethodSource("tables")
    void rowsCanBeNeitherChangedNorDeletedNorTruncated(String table) {
        var column = table.startsWith("journal")
                ? "type = 'x'"
                : table.startsWith("output") ? "bytes = 'y'" : "subject = 'x'";
        for (var statement :
                List.of("UPDATE %s SET " + column, "DELETE FROM %s", "TRUNCATE %s", "TRUNCATE %s CASCADE")) {
            assertThatThrownBy(() -> client.sql(statement.formatted(table)).update())
                    .as(statement, table)
                    .hasMessageContaining("is refused: its rows are never rewritten");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE FROM audit_head", "TRUNCATE audit_head"})
    void headsOfAuditChainsStay(String statement) {
        assertThatThrownBy(() -> client.sql(statement).update()).hasMessageContaining("is refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "last_seq = 0",
                "tenant = 'other'",
                "hash = decode(repeat('11', 32), 'hex')",
                "chain = '00000000-0000-0000-0000-000000000002'"
            })
    void headsOfAuditChainsAreOnlyMovedOn(String change) {
        assertThatThrownBy(() -> client.sql("UPDATE audit_head SET " + change).update())
                .hasMessageContaining("is only moved on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"audit_checkpoint", "signing_key"})
    void whatWasSignedStays(String table) {
        var column = table.equals("signing_key") ? "public_key = 'y'" : "payload = 'y'";
        for (var statement :
                List.of("UPDATE %s SET " + column, "DELETE FROM %s", "TRUNCATE %s", "TRUNCATE %s CASCADE")) {
            assertThatThrownBy(() -> client.sql(statement.formatted(table)).update())
                    .as(statement, table)
                    .hasMessageContaining("is refused: its rows are never rewritten");
        }
    }

    /** A partition that is made later refuses the same, TRUNCATE of it alone included. */
    @Test
    void everyPartitionThereIsRefuses() {
        var partitions = client.sql("""
                        SELECT inhrelid::regclass::text FROM pg_inherits
                        WHERE inhparent IN ('journal'::regclass, 'output'::regclass, 'audit'::regclass)""").query(String.class).list();

        assertThat(partitions).hasSizeGreaterThan(40).allSatisfy(partition -> {
            assertThatThrownBy(() -> client.sql("TRUNCATE " + partition).update())
                    .hasMessageContaining("is refused");
            assertThat(client.sql(
                                    "SELECT count(*) FROM pg_trigger WHERE tgrelid = cast(:name AS regclass) AND tgname = 'append_only'")
                            .param("name", partition)
                            .query(Integer.class)
                            .single())
                    .isOne();
        });
    }

    @Test
    void theTestsOwnTheTables() {
        assertThat(client.sql(
                                "SELECT bool_and(tableowner = current_user) FROM pg_tables WHERE tablename ~ '^(journal|output|audit)'")
                        .query(Boolean.class)
                        .single())
                .as("a refusal that only others meet would be none")
                .isTrue();
    }

    @Test
    void retentionMayDropAWholePartition() {
        var own = TestDatabase.fresh().client();
        own.sql("DROP TABLE journal_default").update();
        assertThat(own.sql("SELECT to_regclass('journal_default') IS NULL")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void partitionsReachTwelveMonthsAheadAndAreMadeOnce() throws Exception {
        var own = TestDatabase.fresh();
        Callable<Integer> ensure = () -> own.client()
                .sql("SELECT ensure_partitions(13)")
                .query(Integer.class)
                .single();

        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = 0;
            for (var replica : replicas.invokeAll(List.of(ensure, ensure, ensure))) {
                made += replica.get();
            }
            // Twelve were there, unless the month has changed since.
            assertThat(made).isEqualTo(3);
        }
        assertThat(monthlyPartitionsOf("journal", own.client())).isEqualTo(15);
    }

    @Test
    void aMonthWhoseRowsAreInTheDefaultPartitionStaysThere() {
        var own = TestDatabase.fresh().client();
        own.sql("""
                INSERT INTO journal
                VALUES (first_id_at(now() + interval '14 months 5 days'), 1, 'run.started', now(), null, '{}')""").update();

        own.sql("SELECT ensure_partitions(16)").query().singleValue();

        assertThat(monthlyPartitionsOf("output", own)).isEqualTo(18);
        assertThat(monthlyPartitionsOf("journal", own)).isEqualTo(17);
    }

    @Test
    void aPartitionHoldsTheIdsOfItsMonthOnly() {
        var partition = client.sql("""
                        INSERT INTO journal VALUES (:session, 1, 'run.started', now(), null, '{}')
                        RETURNING tableoid::regclass::text, to_char(now() AT TIME ZONE 'UTC', '"journal_"YYYY_MM') AS month""")
                .param("session", UUID.fromString("%s-7fff-bfff-ffffffffffff".formatted(millisOfNow())))
                .query((row, number) -> List.of(row.getString(1), row.getString(2)))
                .single();
        assertThat(partition.get(0)).isEqualTo(partition.get(1));
    }

    private static String millisOfNow() {
        var hex = client.sql("SELECT first_id_at(now())::text")
                .query(String.class)
                .single();
        return hex.substring(0, 13);
    }

    private static int monthlyPartitionsOf(String table, JdbcClient client) {
        return client.sql("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ :pattern")
                .param("pattern", "^" + table + "_\\d{4}_\\d{2}$")
                .query(Integer.class)
                .single();
    }
}
