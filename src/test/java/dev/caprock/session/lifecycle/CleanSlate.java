package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.TestDatabase;
import dev.caprock.audit.Audits;
import dev.caprock.audit.Verification;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Event;
import dev.caprock.journal.Journal;
import dev.caprock.secrets.Vault;
import dev.caprock.session.SessionOutcome;
import dev.caprock.simulator.Simulators;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What must hold when a session is over, whoever died over it. */
final class CleanSlate {

    /** What progress and warnings leave in the journal alone. */
    private static final List<String> NOT_AUDITED =
            List.of("prepare.phase", "session.warning", "run.output", "run.message", "run.tool", "run.usage");

    private static final long LATE = TimeUnit.SECONDS.toNanos(10);

    private final ApplicationContext rooms;
    private final Simulators simulators;
    private final TestDatabase database;
    private final JdbcClient client;
    private final String repo;

    CleanSlate(ApplicationContext rooms, Simulators simulators, TestDatabase database, String repo) {
        this.rooms = rooms;
        this.simulators = simulators;
        this.database = database;
        this.client = database.client();
        this.repo = repo;
    }

    void check(Story story, Crash crash) {
        Map<String, @Nullable Object> session = row("select * from session");
        var outcome = SessionOutcome.valueOf(String.valueOf(session.get("outcome")));
        boolean refused = crash.answer() == Crash.Answer.REFUSED;
        if (!(refused && outcome == SessionOutcome.FAILED)) {
            assertThat(outcome).as("outcome: %s", session.get("message")).isEqualTo(story.outcome());
        }
        nothingIsAlive();
        theRecordIsWhole(story, outcome);
        bookmarks(story, outcome);
    }

    // ---- outside -------------------------------------------------------------------------------------------------

    private void nothingIsAlive() {
        String digits = PublicId.digits(session());
        eventually(
                "no sandbox of E2B",
                () -> simulators.e2b().ledger().live().stream()
                        .noneMatch(live -> live.metadata().containsValue(digits)));
        eventually(
                "no sandbox of Vercel",
                () -> simulators.vercel().ledger().live().stream()
                        .noneMatch(live -> live.tags().containsValue(digits)));
        List<@Nullable String> keys = client.sql("""
                        select 'caprock-' || replace(attempt::text, '-', '') from resource
                            where kind = 'CREDENTIAL' and attempt is not null""").query(String.class).list();
        eventually(
                "no key",
                () -> simulators.mesa().liveKeys().stream()
                        .noneMatch(key -> keys.contains(String.valueOf(key.name()))));
    }

    /** A replica that stood still may be a little later than the one that took over. */
    private static void eventually(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + LATE;
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private void bookmarks(Story story, SessionOutcome outcome) {
        List<String> bookmarks = simulators.mesa().bookmarks(repo);
        if (outcome == SessionOutcome.SUCCEEDED || !story.edits()) {
            assertThat(bookmarks).as("bookmarks").containsExactly("main");
        }
        if (outcome == SessionOutcome.SUCCEEDED) {
            assertThat(simulators.mesa().file(repo, "main", "new.txt"))
                    .asString()
                    .isEqualTo("new\n");
        } else {
            assertThat(simulators.mesa().files(repo, "main")).containsOnlyKeys("README.md");
        }
    }

    void killSandbox() {
        String id = client.sql("select external_id from resource where kind = 'SANDBOX'")
                .query(String.class)
                .single();
        if (row("select provider from session").containsValue("e2b")) {
            simulators.e2b().killFromOutside(id);
        } else {
            simulators.vercel().killFromOutside(id);
        }
    }

    // ---- inside --------------------------------------------------------------------------------------------------

    private void theRecordIsWhole(Story story, SessionOutcome outcome) {
        UUID session = session();
        List<Event> events = events();
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).seq()).as("dense journal").isEqualTo(i + 1);
        }
        assertThat(events.getLast().data()).containsEntry("status", "closed");
        assertThat(statuses(events)).as("statuses").containsOnlyOnce("queued", "closing", "closed");
        if (story != Story.IS_REPLACED) {
            assertThat(statuses(events)).as("statuses").containsOnlyOnce("opening");
            once(events, "prepare.phase");
        }
        once(events, "run.finished");
        long audited = events.stream()
                .filter(event -> !NOT_AUDITED.contains(event.type()))
                .count();
        // what a caller did that is no event of the session's life, or was refused
        long besides = client.sql("""
                        select count(*) from audit where chain = :id
                            and (action in ('run.cancelled', 'session.hastened') or outcome = 'refused')""").param("id", session).query(Long.class).single();
        assertThat(Audits.verify(client, session)).isEqualTo(new Verification.Intact(audited + besides));
        assertThat(read(() -> rooms.getBean(Vault.class).holds(session)))
                .as("secrets are left")
                .isFalse();
        assertThat(client.sql("select count(*) from sealed_secret where owner = :id")
                        .param("id", session)
                        .query(Integer.class)
                        .single())
                .isZero();
        // what follows a shortened file may notice by itself that it starts again, and read a line twice
        int again = story == Story.SHORTENS_ITS_OUTPUT || story == Story.IS_REPLACED ? 1 : 0;
        int runs = client.sql("select count(*) from run").query(Integer.class).single();
        assertThat(output()).as("what the agents printed").matches("(longer\n)?(here\n){0,%d}".formatted(runs + again));
        if (outcome == SessionOutcome.SUCCEEDED) {
            assertThat(output()).endsWith("here\n");
        }
    }

    /** No event of a type tells the same twice. */
    private static void once(List<Event> events, String type) {
        assertThat(events.stream()
                        .filter(event -> event.type().equals(type))
                        .map(event -> event.run() + " " + event.data()))
                .as(type)
                .doesNotHaveDuplicates();
    }

    private static List<Object> statuses(List<Event> events) {
        return events.stream()
                .filter(event -> event.type().equals("session.status"))
                .map(event -> event.data().get("status"))
                .toList();
    }

    private String output() {
        var text = new StringBuilder();
        for (Event event : events()) {
            if (event.type().equals("run.output")
                    && "stdout".equals(event.data().get("stream"))) {
                text.append(event.data().get("text"));
            }
        }
        return text.toString();
    }

    private List<Event> events() {
        return read(() -> rooms.getBean(Journal.class).read(session(), 0, 10_000));
    }

    private UUID session() {
        return client.sql("select id from session").query(UUID.class).single();
    }

    private Map<String, @Nullable Object> row(String sql) {
        return client.sql(sql).query().singleRow();
    }

    private <T> T read(Supplier<T> reading) {
        return new Life(database.dataSource(), Crash.NONE, Map.of()).lead(reading);
    }

    /** All that is stored of the session, for who has to find out what went wrong. */
    String describe() {
        var text = new StringBuilder();
        for (String table : List.of("session", "run", "resource", "agenda")) {
            client.sql("select * from " + table)
                    .query()
                    .listOfRows()
                    .forEach(row -> text.append(table).append(' ').append(row).append('\n'));
        }
        if (!client.sql("select id from session").query().listOfRows().isEmpty()) {
            events().forEach(event -> text.append(event).append('\n'));
        }
        return text.toString();
    }
}
