package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real replicas on one database that die or freeze at the worst time: another one goes on, and nothing is done twice. */
@Timeout(180)
class ReplicasIT {

    private static final String LINE = "0123456789 the quick brown fox jumps over the lazy dog ü";

    /** Beside the lease: a heartbeat, a poll, and a slow machine. */
    private static final Duration TAKE_OVER = Replicas.LEASE.plusSeconds(10);

    private static final String PRINTER =
            "echo begin; i=0; until [ -f ~/go ]; do i=$((i + 1)); echo $i; sleep 0.01; done";

    private final Replicas replicas = new Replicas(Map.of());
    private final Scenario scenario = replicas.scenario();
    private final Simulators simulators = replicas.simulators();

    @AfterEach
    void end() {
        replicas.close();
    }

    @Test
    void allThatAKilledReplicaHadInHandIsTakenOver() throws Exception {
        UUID first = replicas.start();
        var printing = scenario.session().shell(PRINTER).start();
        printing.awaitPrinted("begin");
        var flush = simulators.mounts().faults().holdFlush();
        var closing = scenario.session().shell("echo new >new.txt").start();
        closing.awaitStatus("closing");
        assertThat(flush.awaitArrival()).isTrue();
        var create = new CountDownLatch(1);
        simulators.e2b().faults().on(Operation.CREATE).then(new Effect.Wait(create));
        var opening = scenario.session().shell("echo here").start();
        await().until(() -> creates() == 3);
        UUID second = replicas.start();

        replicas.process(first).kill();
        Instant killed = Instant.now();
        replicas.reach(second);
        create.countDown();
        flush.open();

        var next = printing.awaitEvent(
                "output after the kill",
                event -> event.is("run.output") && event.at().isAfter(killed));
        assertThat(next.at()).isBefore(killed.plus(TAKE_OVER));
        Endings.letGo(printing);
        Endings.assertSucceeded(scenario, printing);
        assertThat(printing.text("stdout")).isEqualTo(printed(printing));
        Endings.assertSucceeded(scenario, closing);
        Endings.assertSucceeded(scenario, opening);
        assertThat(opening.text("stdout")).isEqualTo("here\n");
        assertThat(creates()).as("one sandbox for each").isEqualTo(3);
    }

    @Test
    void aReplicaThatFreezesInATransactionIsReplacedAndWritesNothingWhenItThaws() {
        replicas.start();
        replicas.start();
        var session = scenario.session().shell(PRINTER).start();
        session.awaitPrinted("begin");
        UUID holder =
                await().until(() -> holders(session), held -> held.size() == 1).getFirst();
        UUID other = replicas.all().stream()
                .filter(id -> !id.equals(holder))
                .findFirst()
                .orElseThrow();

        freezeInsideTransaction(replicas.process(holder));
        Instant frozen = Instant.now();
        replicas.reach(other);
        await().atMost(TAKE_OVER).until(() -> holders(session).equals(List.of(other)));
        await().until(() -> session.events("run.output").getLast().at().isAfter(frozen.plus(Replicas.LEASE)));
        replicas.process(holder).thaw();
        await().until(() -> replicas.alive().size() == 2);

        Endings.letGo(session);
        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(printed(session));
    }

    /** As the chart has it done: one more is ready before one is told to stop, and readers stay with a replica until it ends. */
    @Test
    void aRollingRestartOfThreeUnderLoadLosesNoSessionLineOrEvent() throws Exception {
        List<UUID> old = List.of(replicas.start(), replicas.start(), replicas.start());
        List<StartedSession> sessions = IntStream.range(0, 9)
                .mapToObj(i -> {
                    replicas.reach(old.get(i % 3)); // its reader too
                    return scenario.session().shell(PRINTER).start();
                })
                .toList();
        sessions.forEach(session -> session.awaitPrinted("begin"));
        var opening = new ArrayList<StartedSession>();

        for (UUID leaving : old) {
            replicas.start(); // the next one, which requests and readers go to from now on
            opening.add(scenario.session().shell("echo here").start());
            Instant told = Instant.now();
            assertThat(replicas.process(leaving).terminate(Duration.ofSeconds(10)))
                    .contains(0);
            assertThat(sessions)
                    .allSatisfy(session -> assertThat(session.awaitEvent(
                                            "output after a replica left",
                                            event -> event.is("run.output")
                                                    && event.at().isAfter(told))
                                    .at())
                            .as("handed over, not left to the end of the lease")
                            .isBefore(told.plus(TAKE_OVER)));
        }

        sessions.forEach(Endings::letGo);
        for (StartedSession session : sessions) {
            Endings.assertSucceeded(scenario, session);
            assertThat(session.text("stdout")).isEqualTo(printed(session));
        }
        opening.forEach(session -> Endings.assertSucceeded(scenario, session));
        assertThat(Stream.concat(sessions.stream(), opening.stream()))
                .allSatisfy(session -> assertThat(session.seen())
                        .as("what its reader saw, each once and in order")
                        .extracting(SeenEvent::seq)
                        .isEqualTo(session.events().stream().map(SeenEvent::seq).toList()));
        assertThat(creates()).as("one sandbox for each").isEqualTo(12);
    }

    @Test
    void fiftySessionsOutliveTheirReplicasAndTheirDatabasesConnections() {
        List<UUID> ids = List.of(replicas.start(), replicas.start(), replicas.start());
        List<StartedSession> sessions = IntStream.range(0, 50)
                .mapToObj(i -> scenario.session()
                        .shell("echo begin; until [ -f ~/go ]; do sleep 0.3; done; seq 1 1000; touch new.txt")
                        .start())
                .toList();
        sessions.subList(0, 25).forEach(session -> session.awaitPrinted("begin")); // the others are opening

        replicas.database().disconnectAll();
        replicas.process(ids.get(0)).freeze();
        replicas.process(ids.get(1)).kill();
        replicas.database().crash();
        await().atMost(Duration.ofSeconds(60)).until(() -> replicas.alive().equals(List.of(ids.get(2))));
        replicas.process(ids.get(0)).thaw();
        sessions.forEach(session -> {
            session.awaitPrinted("begin");
            Endings.letGo(session);
        });

        String output = "begin\n"
                + IntStream.rangeClosed(1, 1000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        for (StartedSession session : sessions) {
            Endings.assertSucceeded(scenario, session);
            assertThat(session.text("stdout")).isEqualTo(output);
            assertThat(session.events("session.status").stream().filter(event -> event.tells("closed")))
                    .hasSize(1);
        }
        assertThat(simulators.e2b().ledger().live()).isEmpty();
        assertThat(simulators.vercel().ledger().live()).isEmpty();
        assertThat(simulators.mesa().liveKeys()).isEmpty();
    }

    @Test
    void withEveryReplicaGoneTheCostEndsByItself() {
        UUID only = replicas.start();
        var one = scenario.session().shell("echo here; sleep 600").start();
        var other = scenario.session()
                .with("provider", "vercel")
                .without("template")
                .shell("echo here; sleep 600")
                .start();
        one.awaitPrinted("here");
        other.awaitPrinted("here");

        replicas.process(only).kill();
        simulators.e2b().advance(Duration.ofMinutes(11));
        simulators.vercel().advance(Duration.ofMinutes(11));

        assertThat(simulators.e2b().ledger().live()).isEmpty();
        assertThat(simulators.vercel().ledger().live()).noneMatch(sandbox -> sandbox.costs());
        replicas.start();
        Endings.assertFailed(scenario, one, "sandbox_lost");
        Endings.assertFailed(scenario, other, "sandbox_lost");
    }

    /** {@code -Doutput.megabytes=1024} has it print a gigabyte. */
    @Test
    void aSmallHeapCarriesMuchOutput() throws Exception {
        long size = Long.getLong("caprock.output.megabytes", 60) << 20;
        replicas.start();
        Reply accepted = scenario.http()
                .post(
                        "/v1/sessions",
                        scenario.session()
                                .shell("yes '%s' | head -c %d".formatted(LINE, size))
                                .body());
        String path = accepted.header("Location");
        String output = accepted.json().at("/runs/0/links/stdout").stringValue();

        var digest = MessageDigest.getInstance("SHA-256");
        long read = 0;
        while (read < size) { // a stream that breaks off is gone on with
            read += follow(output + "&follow=true&after=" + read, digest);
        }

        assertThat(read).isEqualTo(size);
        assertThat(digest.digest()).isEqualTo(digestOfLines(size));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> scenario.http().get(path).json().path("status").stringValue(), "closed"::equals);
        assertThat(scenario.http().get(path).json().path("outcome").stringValue())
                .isEqualTo("succeeded");
    }

    private long follow(String path, MessageDigest digest) {
        long read = 0;
        try (var body = scenario.http().stream(path).body()) {
            byte[] bytes = new byte[1 << 16];
            for (int count = body.read(bytes); count >= 0; count = body.read(bytes)) {
                digest.update(bytes, 0, count);
                read += count;
            }
        } catch (IOException brokenOff) {
            return read;
        }
        return read;
    }

    private static byte[] digestOfLines(long size) throws Exception {
        byte[] line = (LINE + "\n").getBytes(StandardCharsets.UTF_8);
        var digest = MessageDigest.getInstance("SHA-256");
        for (long left = size; left > 0; left -= line.length) {
            digest.update(line, 0, (int) Math.min(left, line.length));
        }
        return digest.digest();
    }

    /** The worst time: it holds locks, and the database cannot know that it will not go on. */
    private void freezeInsideTransaction(ServiceProcess replica) {
        for (int attempt = 0; attempt < 100; attempt++) {
            replica.freeze();
            if (holdsTransaction()) {
                return;
            }
            replica.thaw();
        }
        throw new AssertionError("it was never met inside a transaction");
    }

    private boolean holdsTransaction() {
        Instant limit = Instant.now().plusMillis(400);
        while (Instant.now().isBefore(limit)) {
            if (replicas.database().client().sql("""
                                    select count(*) from pg_stat_activity
                                        where datname = current_database() and state = 'idle in transaction'
                                            and state_change < clock_timestamp() - interval '200 ms'""").query(Integer.class).single() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The replicas that follow its run. */
    private List<UUID> holders(StartedSession session) {
        return replicas.database()
                .client()
                .sql("""
                        select claimed_by from agenda
                            where kind = 'RUN' and claimed_by is not null
                                and id in (select id from run where session_id = :id)""")
                .param("id", session.uuid())
                .query((row, number) -> row.getObject(1, UUID.class))
                .list();
    }

    private int creates() {
        return simulators.e2b().ledger().requests(Operation.CREATE).size();
    }

    /** What {@link #PRINTER} prints when it was started once and each line was stored once. */
    private static String printed(StartedSession session) {
        long lines = session.text("stdout").lines().count() - 1;
        return "begin\n"
                + IntStream.rangeClosed(1, (int) lines).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }
}
