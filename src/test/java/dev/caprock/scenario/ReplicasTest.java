package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.TestDatabase;
import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real replicas on one database that die or freeze at the worst time: another one goes on, and nothing is done twice. */
@Timeout(180)
class ReplicasTest {

    private static final Duration LEASE = Duration.ofSeconds(4);

    /** Beside the lease: a heartbeat, a poll, and a slow machine. */
    private static final Duration TAKE_OVER = LEASE.plusSeconds(10);

    /** As application.yaml has it, shorter like the lease. */
    private static final String IMPATIENT = "set idle_in_transaction_session_timeout = '2s'";

    private static final String PRINTER =
            "echo begin; i=0; until [ -f ~/go ]; do i=$((i + 1)); echo $i; sleep 0.01; done";

    private final Simulators simulators = Simulators.start();
    private final TestDatabase database = TestDatabase.fresh();
    private final Map<UUID, ServiceProcess> replicas = new ConcurrentHashMap<>();
    private volatile URI front = URI.create("http://127.0.0.1:1");
    private final Scenario scenario = new Scenario(() -> front, simulators, database.dataSource());

    @AfterEach
    void end() {
        replicas.values().forEach(ServiceProcess::close);
        simulators.close();
    }

    @Test
    void allThatAKilledReplicaHadInHandIsTakenOver() throws Exception {
        UUID first = start();
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
        UUID second = start();

        replica(first).kill();
        Instant killed = Instant.now();
        front = replica(second).uri();
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
        start();
        start();
        var session = scenario.session().shell(PRINTER).start();
        session.awaitPrinted("begin");
        UUID holder =
                await().until(() -> holders(session), held -> held.size() == 1).getFirst();
        UUID other = replicas.keySet().stream()
                .filter(id -> !id.equals(holder))
                .findFirst()
                .orElseThrow();

        freezeInsideTransaction(replica(holder));
        Instant frozen = Instant.now();
        front = replica(other).uri();
        await().atMost(TAKE_OVER).until(() -> holders(session).equals(List.of(other)));
        await().until(() -> session.events("run.output").getLast().at().isAfter(frozen.plus(LEASE)));
        replica(holder).thaw();
        await().until(() -> aliveReplicas().size() == 2);

        Endings.letGo(session);
        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(printed(session));
    }

    @Test
    void withEveryReplicaGoneTheCostEndsByItself() {
        UUID only = start();
        var one = scenario.session().shell("echo here; sleep 600").start();
        var other = scenario.session()
                .with("provider", "vercel")
                .without("template")
                .shell("echo here; sleep 600")
                .start();
        one.awaitPrinted("here");
        other.awaitPrinted("here");

        replica(only).kill();
        simulators.e2b().advance(Duration.ofMinutes(11));
        simulators.vercel().advance(Duration.ofMinutes(11));

        assertThat(simulators.e2b().ledger().live()).isEmpty();
        assertThat(simulators.vercel().ledger().live()).noneMatch(sandbox -> sandbox.costs());
        start();
        Endings.assertFailed(scenario, one, "sandbox_lost");
        Endings.assertFailed(scenario, other, "sandbox_lost");
    }

    @Test
    void aSmallHeapCarriesMuchOutput() {
        start();
        var session = scenario.session()
                .shell("seq 1 10000000 | head -c %d".formatted(60 << 20))
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.output("stdout")).hasSize(60 << 20);
    }

    private UUID start() {
        var settings = new HashMap<>(simulators.properties());
        settings.put("spring.datasource.url", database.getJdbcUrl());
        settings.put("spring.datasource.username", database.getUsername());
        settings.put("spring.datasource.password", database.getPassword());
        settings.put("spring.datasource.hikari.connection-init-sql", IMPATIENT);
        settings.put("caprock.secrets.master-key", Scenario.MASTER_KEY);
        settings.put("caprock.lifecycle.lease", LEASE.toString());
        settings.put("caprock.lifecycle.heartbeat", "PT1S");
        settings.put("caprock.lifecycle.poll", "PT0.2S");
        ServiceProcess process = ServiceProcess.start(settings);
        UUID id = aliveReplicas().stream()
                .filter(alive -> !replicas.containsKey(alive))
                .findFirst()
                .orElseThrow();
        replicas.put(id, process);
        front = process.uri();
        return id;
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
            if (database.client().sql("""
                                    select count(*) from pg_stat_activity
                                        where datname = current_database() and state = 'idle in transaction'
                                            and state_change < clock_timestamp() - interval '200 ms'""").query(Integer.class).single() > 0) {
                return true;
            }
        }
        return false;
    }

    private ServiceProcess replica(UUID id) {
        return java.util.Objects.requireNonNull(replicas.get(id));
    }

    private List<UUID> aliveReplicas() {
        return database.client()
                .sql("select id from replica where alive_until > clock_timestamp()")
                .query((row, number) -> row.getObject(1, UUID.class))
                .list();
    }

    /** The replicas that follow its run. */
    private List<UUID> holders(StartedSession session) {
        return database.client()
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
