package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;

/** Migrations run while replicas of the version before still serve, and while others of the new one start too. */
class MigrationsTest {

    private static final Path FOLDER = Path.of("src/main/resources/db/migration");
    private static final Pattern NAME = Pattern.compile("V(\\d+)(?:_\\d+)*__[a-z0-9_]+\\.sql");

    /** The first that replicas of an earlier version may meet. */
    private static final int FIRST = 17;

    @TempDir
    private Path further;

    static Stream<Path> migrations() throws IOException {
        return Files.list(FOLDER).sorted();
    }

    @ParameterizedTest
    @MethodSource("migrations")
    void itAddsAndTakesNothingAway(Path migration) throws IOException {
        Matcher name = NAME.matcher(migration.getFileName().toString());
        assertThat(name.matches()).as("%s", migration).isTrue();
        if (Integer.parseInt(name.group(1)) >= FIRST) {
            String text = Files.readString(migration);
            assertThat(text).as("a header says why").startsWith("-- ");
            assertThat(MigrationRules.broken(text)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table run;",
                "DROP FUNCTION first_id_at;",
                "alter table run drop column result;",
                "alter table run rename column result to answer;",
                "alter index run_pkey rename to runs;",
                "alter table run\n  alter column result set not null;",
                "alter table run alter column result drop default;",
                "alter table run add column kind text not null;",
                "alter table run alter column exit_code type bigint;",
                "alter table run alter column exit_code set data type bigint;",
                "alter type kind add value 'x';",
                "alter table run add constraint small check (number < 9);",
                "alter table run add foreign key (id) references session;",
                "create index run_by_status on run (status);",
                "create unique index on only run (status);",
                "truncate run;",
                "-- contract:\ndrop table run;",
                "create table fresh (id uuid);\n-- contract: too late for a header\ndrop table run;"
            })
    void thisBreaksReplicasOfTheVersionBefore(String statement) {
        assertThat(MigrationRules.broken(statement)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table run add column kind text;",
                "alter table run add column kind text not null default 'x';",
                "alter table run add constraint small check (number < 9) not valid;",
                "alter table run validate constraint small;",
                "create index concurrently run_by_status on run (status);",
                "create table fresh (id uuid not null);\ncreate index on fresh (id);\nalter table fresh add unique (id);",
                "-- Nobody drop table s here.\nselect 'drop table run';",
                "create function f() returns void language plpgsql as $$ begin truncate run; end $$;",
                "-- Since 0.2 nobody reads it.\n-- contract: 0.2 was the last to write it\nalter table run drop column result;"
            })
    void thisDoesNot(String statement) {
        assertThat(MigrationRules.broken(statement)).isEmpty();
    }

    /** Of several replicas that start at once one migrates; an index that is made beside writers does not wait for the others. */
    @Test
    @Timeout(120)
    void replicasThatStartAtOnceMigrateOnce() throws Exception {
        var database = TestDatabase.empty();
        Files.writeString(further.resolve("V9000__index.sql"), "create index concurrently on run (status);");
        Callable<MigrateResult> replica = () -> Flyway.configure()
                .dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
                .locations("classpath:db/migration", "filesystem:" + further)
                .configuration(Map.of(
                        "flyway.postgresql.transactional.lock",
                        setting("spring.flyway.postgresql.transactional-lock"),
                        "flyway.lockRetryCount",
                        setting("spring.flyway.lock-retry-count")))
                .load()
                .migrate();

        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            var executed = 0;
            for (var result : replicas.invokeAll(Collections.nCopies(4, replica))) {
                executed += result.get().migrationsExecuted;
            }
            assertThat(executed).isEqualTo((int) migrations().count() + 1);
        }
        assertThat(database.client()
                        .sql("select count(*) from pg_index where indrelid = 'run'::regclass and indisvalid")
                        .query(Integer.class)
                        .single())
                .isEqualTo(3);
    }

    private static String setting(String key) throws IOException {
        var yaml = new YamlPropertySourceLoader().load("application", new ClassPathResource("application.yaml"));
        return Objects.requireNonNull(yaml.getFirst().getProperty(key), key).toString();
    }
}
