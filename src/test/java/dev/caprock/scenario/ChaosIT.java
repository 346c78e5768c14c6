package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Everything goes wrong at random, over and over: afterwards nothing is alive, nothing is lost or doubled, and every session has
 * ended. What is done follows from the seed, which is printed; {@code -Pchaos} runs it for ten minutes.
 */
@Timeout(1500)
class ChaosIT {

    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("caprock.chaos.seconds", 45));
    private static final int SESSIONS = Integer.getInteger("caprock.chaos.sessions", 20);
    private static final long SEED = Long.getLong("caprock.chaos.seed", System.nanoTime());

    /** What is given up after minutes in production is given up after seconds. */
    private static final Map<String, String> IMPATIENT = Map.of(
            "caprock.e2b.create-timeout", "4s",
            "caprock.e2b.create-deadline", "4s",
            "caprock.vercel.create-timeout", "4s",
            "caprock.lifecycle.mint-deadline", "4s",
            "caprock.lifecycle.first-retry", "100ms",
            "caprock.lifecycle.last-retry", "2s",
            "caprock.lifecycle.stop-grace", "1s",
            "caprock.remote.breaker.pause", "1s");

    private final Replicas replicas = new Replicas(IMPATIENT);
    private final Random random = new Random(SEED);
    private final Load load = new Load(replicas.scenario(), random);
    private final Mischief mischief = new Mischief(replicas, random);

    @AfterEach
    void end() {
        replicas.close();
    }

    @Test
    void nothingLeaksAndNothingIsLost() {
        System.out.printf("chaos: seed %d, %s, %d sessions%n", SEED, LENGTH, SESSIONS);
        replicas.start();
        replicas.start();
        Instant end = Instant.now().plus(LENGTH);
        Duration pace = LENGTH.dividedBy(SESSIONS);

        for (Instant next = Instant.now(); next.isBefore(end) || load.size() < SESSIONS; next = next.plus(pace)) {
            Instant due = next;
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMinutes(5))
                    .until(() -> Instant.now().isAfter(due) && load.open() < 25);
            load.start();
            load.disturb();
            mischief.doSomething();
        }
        mischief.stop();
        load.awaitEnds();

        load.assertEachTellsTheTruth();
        assertNothingIsAlive();
        System.out.printf("chaos: %s; %s%n", load, mischief);
    }

    private void assertNothingIsAlive() {
        assertThat(replicas.simulators().e2b().ledger().live()).isEmpty();
        assertThat(replicas.simulators().vercel().ledger().live()).isEmpty();
        assertThat(replicas.simulators().mesa().liveKeys()).isEmpty();
        assertThat(count("select count(*) from session where status <> 'CLOSED'"))
                .isZero();
        await().untilAsserted(
                        () -> assertThat(count("select count(*) from agenda")).isZero());
        assertThat(count("select count(*) from sealed_secret where owner in (select id from session)"))
                .isZero();
    }

    private long count(String sql) {
        return replicas.database().client().sql(sql).query(Long.class).single();
    }
}
