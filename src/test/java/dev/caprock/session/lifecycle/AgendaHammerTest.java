package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ten thousand wake-ups against places that several replicas claim, look at and release all the while. Each waker first
 * raises a number that stands for what the wake-up is about; whoever looks at a place notes the number that it sees.
 */
class AgendaHammerTest {

    private static final int PLACES = 12;
    private static final int WAKERS = 4;
    private static final int WAKES_AT_ONCE = 50;
    private static final int ROUNDS = 50;
    private static final int REPLICAS = 3;
    private static final Instant NEVER = Instant.parse("2999-01-01T00:00:00Z");

    private final TestDatabase database = TestDatabase.fresh();
    private final List<UUID> sessions =
            IntStream.range(0, PLACES).mapToObj(i -> UUID.randomUUID()).toList();
    private final Map<UUID, AtomicLong> asked = counters();
    private final Map<UUID, AtomicLong> seen = counters();
    private final Map<UUID, UUID> holders = new ConcurrentHashMap<>();
    private volatile boolean over;

    @Test
    @Timeout(60)
    void noWakeUpIsLostAndNoPlaceHasTwoHolders() throws Exception {
        Agenda first = agenda();
        sessions.forEach(session -> database.inTransaction(() -> first.open(session)));

        try (var threads = Executors.newFixedThreadPool(WAKERS + REPLICAS)) {
            var working = start(threads, REPLICAS, random -> workUntilOver(agenda(), random));
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    for (Future<?> waking : start(threads, WAKERS, random -> wake(first, random))) {
                        waking.get();
                    }
                    await().pollInterval(Duration.ofMillis(1)).until(this::isQuiet);
                    for (UUID session : sessions) {
                        assertThat(of(seen, session))
                                .as("round " + round)
                                .hasValue(of(asked, session).get());
                    }
                }
            } finally {
                over = true;
            }
            for (Future<?> worker : working) {
                worker.get(); // an assertion that failed over there fails here
            }
        }
    }

    private static List<Future<?>> start(ExecutorService threads, int count, Consumer<Random> work) {
        return IntStream.range(0, count)
                .<Future<?>>mapToObj(i -> threads.submit(() -> work.accept(new Random(i))))
                .toList();
    }

    private void wake(Agenda agenda, Random random) {
        for (int i = 0; i < WAKES_AT_ONCE; i++) {
            UUID session = sessions.get(random.nextInt(PLACES));
            database.inTransaction(() -> {
                of(asked, session).incrementAndGet();
                return agenda.wake(session);
            });
        }
    }

    /** Whether nothing is due, and nobody holds anything. */
    private boolean isQuiet() {
        return database.client()
                .sql(
                        "select not exists (select 1 from agenda where claimed_by is not null or due_at <= clock_timestamp())")
                .query(Boolean.class)
                .single();
    }

    private void workUntilOver(Agenda agenda, Random random) {
        while (!over) {
            agenda.claim(1 + random.nextInt(3)).forEach(claim -> work(agenda, claim, random));
        }
    }

    private void work(Agenda agenda, Claim claim, Random random) {
        UUID me = UUID.randomUUID();
        assertThat(holders.putIfAbsent(claim.id(), me)).as("another holder").isNull();
        long wakes = agenda.look(claim).orElseThrow().wakes();
        long sees = of(asked, claim.id()).get();
        for (int spin = random.nextInt(50_000); spin > 0; spin--) {
            Thread.onSpinWait();
        }
        of(seen, claim.id()).accumulateAndGet(sees, Math::max);
        assertThat(holders.remove(claim.id(), me)).isTrue();
        agenda.release(claim, NEVER, wakes);
    }

    private static AtomicLong of(Map<UUID, AtomicLong> counters, UUID session) {
        return requireNonNull(counters.get(session));
    }

    private Map<UUID, AtomicLong> counters() {
        var counters = new ConcurrentHashMap<UUID, AtomicLong>();
        sessions.forEach(session -> counters.put(session, new AtomicLong()));
        return counters;
    }

    private Agenda agenda() {
        var agenda = new Agenda(database.client(), new Nudge(), new Replica(UUID.randomUUID()));
        agenda.beat(Duration.ofMinutes(5));
        return agenda;
    }
}
