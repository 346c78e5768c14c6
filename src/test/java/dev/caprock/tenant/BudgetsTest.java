package dev.caprock.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A budget is never overspent, whoever asks at the same time, and is settled once. On a real database. */
@Timeout(60)
class BudgetsTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration BUDGET = Duration.ofSeconds(1000);

    private final String tenant = "tenant " + UUID.randomUUID();
    private final Budgets budgets = new Budgets(database.client(), tenants(BudgetPeriod.MONTH));

    @Test
    void whatIsReservedIsNotThereForOthersUntilItIsSettled() {
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        assertThat(reserve(first, 700)).isTrue();
        assertThat(reserve(second, 301)).isFalse();

        settle(first, Duration.ofMillis(99_001));

        assertThat(use()).isEqualTo(use(100, 0));
        assertThat(reserve(second, 900)).isTrue();
        assertThat(reserve(UUID.randomUUID(), 1)).isFalse();
    }

    @Test
    void settlingAgainChangesNothing() {
        UUID session = UUID.randomUUID();
        assertThat(reserve(session, 700)).isTrue();

        settle(session, Duration.ofSeconds(100));
        settle(session, Duration.ofSeconds(600));
        settle(UUID.randomUUID(), Duration.ofSeconds(600));

        assertThat(use()).isEqualTo(use(100, 0));
    }

    @Test
    void whatIsRolledBackWasNeverReserved() {
        UUID session = UUID.randomUUID();
        database.transactions().executeWithoutResult(status -> {
            assertThat(budgets.reserve(tenant, session, BUDGET, NOW)).isTrue();
            status.setRollbackOnly();
        });

        assertThat(use()).isEqualTo(use(0, 0));
        assertThat(reserve(session, 1000)).isTrue();
    }

    @Test
    void whoStaysLongerNeedsMoreAndOnlyWhileThereIs() {
        UUID session = UUID.randomUUID();
        assertThat(reserve(session, 600)).isTrue();

        assertThat(extend(session, 500)).as("less is no change").isTrue();
        assertThat(use()).isEqualTo(use(0, 600));
        assertThat(extend(session, 1001)).isFalse();
        assertThat(use()).isEqualTo(use(0, 600));
        assertThat(extend(session, 1000)).isTrue();

        settle(session, Duration.ofSeconds(990));
        assertThat(use()).isEqualTo(use(990, 0));
    }

    @Test
    void aSessionIsChargedToThePeriodThatItBeganIn() {
        Instant december = Instant.parse("2026-12-01T00:00:00Z");
        UUID session = UUID.randomUUID();
        assertThat(reserve(session, 900)).isTrue();

        assertThat(budgets.use(tenant, december)).isEqualTo(use(0, 0));
        assertThat(extend(session, 1000)).isTrue();
        settle(session, Duration.ofSeconds(800));

        assertThat(budgets.use(tenant, december)).isEqualTo(use(0, 0));
        assertThat(use()).isEqualTo(use(800, 0));
    }

    @Test
    void withoutABudgetNothingIsCounted() {
        var free = new Budgets(
                database.client(), new Tenants(new TenantSettings(Limits.NONE, Map.of(), BudgetPeriod.MONTH)));
        UUID session = UUID.randomUUID();

        assertThat(database.inTransaction(() -> free.reserve(tenant, session, Duration.ofDays(9999), NOW)))
                .isTrue();
        assertThat(database.inTransaction(() -> free.extend(tenant, session, Duration.ofDays(99999))))
                .isTrue();
        settle(session, Duration.ofDays(1));

        assertThat(use()).isEqualTo(use(0, 0));
    }

    /** Each thread begins, extends and closes sessions of its own at random; some transactions are lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whoeverAsksAtTheSameTimeItIsNeverOverspent(long seed) throws Exception {
        int threads = 6;
        var over = new AtomicBoolean();
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> watcher = workers.submit(() -> watch(over));
            List<Callable<Integer>> works = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                var random = new Random(seed * 1000 + i);
                works.add(() -> live(random));
            }
            int refused = 0;
            for (Future<Integer> each : workers.invokeAll(works)) {
                refused += each.get();
            }
            over.set(true);
            assertThat(watcher.get()).as("looks").isPositive();
            assertThat(refused).as("it was scarce").isPositive();
        }

        assertThat(use()).as("seed %d", seed).isEqualTo(new Budgets.Use(parts("spent"), Duration.ZERO));
        assertThat(parts("spent")).isPositive().isLessThanOrEqualTo(BUDGET);
    }

    /** Returns how often it was refused. */
    private int live(Random random) {
        int refused = 0;
        for (int i = 0; i < 25; i++) {
            UUID session = UUID.randomUUID();
            int most = 1 + random.nextInt(400);
            if (!reserve(session, most)) {
                refused++;
                continue;
            }
            if (random.nextInt(3) == 0) {
                extend(session, most + random.nextInt(200));
            }
            int took = random.nextInt(20) == 0 ? most : random.nextInt(8);
            if (random.nextInt(4) == 0) {
                database.transactions().executeWithoutResult(lost -> {
                    budgets.settle(session, Duration.ofSeconds(took));
                    lost.setRollbackOnly();
                });
            }
            settle(session, Duration.ofSeconds(took));
            if (random.nextInt(4) == 0) {
                settle(session, Duration.ofSeconds(took));
            }
        }
        return refused;
    }

    private int watch(AtomicBoolean over) {
        int looks = 0;
        while (!over.get()) {
            Budgets.Use seen = use();
            assertThat(seen.left(BUDGET)).isGreaterThanOrEqualTo(Duration.ZERO);
            looks++;
        }
        return looks;
    }

    private boolean reserve(UUID session, int seconds) {
        return database.inTransaction(() -> budgets.reserve(tenant, session, Duration.ofSeconds(seconds), NOW));
    }

    private boolean extend(UUID session, int seconds) {
        return database.inTransaction(() -> budgets.extend(tenant, session, Duration.ofSeconds(seconds)));
    }

    private void settle(UUID session, Duration took) {
        database.transactions().executeWithoutResult(status -> budgets.settle(session, took));
    }

    private Budgets.Use use() {
        return budgets.use(tenant, NOW);
    }

    private static Budgets.Use use(int spent, int reserved) {
        return new Budgets.Use(Duration.ofSeconds(spent), Duration.ofSeconds(reserved));
    }

    private Duration parts(String column) {
        return Duration.ofSeconds(database.client()
                .sql("select coalesce(sum(%s), 0) from budget_part where tenant = :tenant".formatted(column))
                .param("tenant", tenant)
                .query(Long.class)
                .single());
    }

    private static Tenants tenants(BudgetPeriod period) {
        var limits = new Limits(null, null, null, null, null, null, null, null, BUDGET);
        return new Tenants(new TenantSettings(limits, Map.of(), period));
    }
}
