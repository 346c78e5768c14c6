package dev.caprock.session.lifecycle;

import dev.caprock.TestDatabase;
import dev.caprock.simulator.Simulators;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A database in which one session after the other lives; all else is shared with the sessions of other lanes. */
final class Lane {

    /** No wait of production's length; what must be long enough under load is. */
    private static final Map<String, String> SETTINGS = Map.of(
            "caprock.lifecycle.poll", "100ms",
            "caprock.lifecycle.lease", "60s",
            "caprock.lifecycle.heartbeat", "5s",
            "caprock.lifecycle.first-retry", "50ms",
            "caprock.lifecycle.last-retry", "250ms",
            "caprock.lifecycle.stop-grace", "2s");

    private static final Executor THREADS = Thread::startVirtualThread;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ApplicationContext rooms;
    private final Simulators simulators;
    private final TestDatabase database = TestDatabase.fresh();
    private final JdbcClient client = database.client();

    /** What became of a first replica: its steps, and whether it met its crash. */
    record Lived(Map<Step, Integer> steps, boolean crashed) {}

    Lane(ApplicationContext rooms, Simulators simulators) {
        this.rooms = rooms;
        this.simulators = simulators;
    }

    /** Tells a story, in which the first replica may crash and a second one then takes over, and checks its end. */
    Lived tell(CrashMatrix.Case told) {
        clear();
        Story story = told.story();
        var settings = new HashMap<>(SETTINGS);
        settings.putAll(story.settings());
        var first = MortalReplica.start(rooms, new Life(database.dataSource(), told.crash(), story.losses()), settings);
        var second = new CompletableFuture<MortalReplica>();
        try {
            first.life()
                    .struck()
                    .thenApplyAsync(struck -> successor(first, story, settings), THREADS)
                    .whenComplete((replica, failure) -> {
                        boolean ignored =
                                failure == null ? second.complete(replica) : second.completeExceptionally(failure);
                    });
            live(told, first, second);
            return new Lived(first.life().begun(), first.life().struck().isDone());
        } finally {
            first.life().end();
            end(first, second);
        }
    }

    /** The successor may still be on its way, and asks for the one before it until it has come. */
    private static void end(MortalReplica first, CompletableFuture<MortalReplica> second) {
        try {
            if (first.life().struck().isDone()) {
                second.join().close();
            }
        } finally {
            first.close();
        }
    }

    private void live(CrashMatrix.Case told, MortalReplica first, CompletableFuture<MortalReplica> second) {
        String name = "crash-" + COUNT.incrementAndGet();
        simulators.mesa().createRepo(name, Map.of("README.md", "A repo.\n"));
        var slate = new CleanSlate(rooms, simulators, database, name);
        var caller = new Caller(
                name,
                client,
                database.transactions(),
                () -> first.life().isDead() ? second.join() : first,
                slate::killSandbox);
        try {
            caller.start(told.story().request(name, told.provider(), name));
            told.story().plot().accept(caller);
            caller.await("the end", () -> {
                age(caller);
                return isOver();
            });
            slate.check(told.story(), told.crash());
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("%s%n%s".formatted(failure.getMessage(), slate.describe()), failure);
        }
    }

    /** Another replica takes over, since the database hears that the first one's lease has run out. */
    private MortalReplica successor(MortalReplica first, Story story, Map<String, String> settings) {
        var second = MortalReplica.start(rooms, new Life(database.dataSource(), Crash.NONE, story.losses()), settings);
        new Caller("nobody", client, database.transactions(), () -> second, () -> {}).await("a successor", () -> {
            client.sql("update replica set alive_until = clock_timestamp() - interval '1 second' where id = :id")
                    .param("id", first.id())
                    .update();
            second.nudge();
            return client.sql("select count(*) from agenda where claimed_by = :id")
                            .param("id", first.id())
                            .query(Integer.class)
                            .single()
                    == 0;
        });
        first.life().thaw();
        return second;
    }

    private boolean isOver() {
        return client.sql("""
                        select (select status from session) = 'CLOSED' and not exists (select 1 from agenda)""").query(Boolean.class).single();
    }

    /** What was asked for a while ago, and is still looked for, was asked for so long ago that it cannot appear any more. */
    private void age(Caller caller) {
        String late = "state = 'INTENDED' and kind in ('SANDBOX', 'CREDENTIAL') and intent_at between"
                + " now() - interval '20 seconds' and now() - interval '3 seconds'";
        if (!client.sql("select 1 from resource where " + late)
                .query()
                .listOfRows()
                .isEmpty()) {
            caller.change("update resource set intent_at = intent_at - interval '10 minutes' where " + late);
        }
    }

    private void clear() {
        client.sql("delete from agenda").update();
        client.sql("delete from resource").update();
        client.sql("delete from run_output").update();
        client.sql("delete from run").update();
        client.sql("delete from session").update();
    }
}
