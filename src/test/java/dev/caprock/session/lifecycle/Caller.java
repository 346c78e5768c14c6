package dev.caprock.session.lifecycle;

import dev.caprock.audit.Actor;
import dev.caprock.session.NewSession;
import dev.caprock.session.Sessions;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Who asked for the one session of a database: when its replica dies over a request, it asks another one again. */
final class Caller {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(25);

    private final JdbcClient database;
    private final TransactionTemplate transactions;
    private final Supplier<MortalReplica> replica;
    private final Runnable sandboxKiller;
    private final Actor actor;

    /** @param replica one that lives; asked at each request */
    Caller(
            String tenant,
            JdbcClient database,
            TransactionTemplate transactions,
            Supplier<MortalReplica> replica,
            Runnable sandboxKiller) {
        this.actor = new Actor(tenant, "ann", null, null);
        this.database = database;
        this.transactions = transactions;
        this.replica = replica;
        this.sandboxKiller = sandboxKiller;
    }

    void start(NewSession request) {
        ask("select count(*) from session", 0, sessions -> {
            var ignored = sessions.accept(request, "go", Map.of("SECRET", "not to be told"), actor);
        });
    }

    void queueRun(String prompt) {
        ask("select count(*) from run", 1, sessions -> {
            var ignored = sessions.queueRun(actor.tenant(), session(), prompt, actor);
        });
    }

    void cancelRun(int number) {
        UUID run = database.sql("select id from run where number = :number")
                .param("number", number)
                .query(UUID.class)
                .single();
        ask("select 0", 0, sessions -> {
            var ignored = sessions.cancelRun(actor.tenant(), session(), run, actor);
        });
    }

    void close(boolean hasten) {
        ask("select 0", 0, sessions -> {
            var ignored = sessions.close(actor.tenant(), session(), hasten, actor);
        });
    }

    /** Repeats a request that was not answered, unless its effect can be seen: the count that was before has moved. */
    private void ask(String count, int before, Consumer<Sessions> request) {
        while (count(count) == before) {
            MortalReplica asked = replica.get();
            try {
                asked.life().lead(() -> {
                    request.accept(asked.sessions());
                    return 0;
                });
                return;
            } catch (RuntimeException noAnswer) {
                if (!asked.life().isDead()) {
                    throw noAnswer;
                }
            }
        }
    }

    UUID session() {
        return database.sql("select id from session").query(UUID.class).single();
    }

    void killSandbox() {
        sandboxKiller.run();
    }

    /** Changes what is stored as the loop would: under the lock of the session's place, and waking it. */
    void change(String sql) {
        transactions.executeWithoutResult(status -> {
            database.sql("update agenda set wakes = wakes + 1, due_at = now() where kind = 'SESSION'")
                    .update();
            database.sql(sql).update();
        });
    }

    /** Waits until a run is of a status; or until all is over, when that does not come to be. */
    void awaitRun(int number, String status) {
        await("run %d %s".formatted(number, status), """
                select 1 from run, session where number = %d and run.status = '%s' or session.status = 'CLOSED'""".formatted(number, status));
    }

    /** Waits until a query finds something. */
    void await(String what, String query) {
        await(what, () -> !database.sql(query).query().listOfRows().isEmpty());
    }

    void await(String what, BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(LOOK);
        }
    }

    private int count(String query) {
        return database.sql(query).query(Integer.class).single();
    }
}
