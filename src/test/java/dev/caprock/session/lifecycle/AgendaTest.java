package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agenda as several replicas share it, on a real database. */
@Timeout(30)
class AgendaTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final Agenda here = agenda();
    private final Agenda there = agenda();
    private final UUID session = UUID.randomUUID();
    private final Place place = Place.session(session);

    @BeforeEach
    void twoReplicasAreAlive() {
        database.client().sql("truncate agenda, replica").update();
        here.beat(LEASE);
        there.beat(LEASE);
    }

    // ---- claiming ------------------------------------------------------------------------------------------------

    @Test
    void whatIsNewIsDueAtOnceAndClaimedByOne() {
        open();

        assertThat(here.claim(10)).containsExactly(new Claim(place, 1));
        assertThat(there.claim(10)).isEmpty();
        assertThat(here.mine()).containsExactly(new Claim(place, 1));
    }

    @Test
    void noMoreIsClaimedThanWanted() {
        for (int i = 0; i < 5; i++) {
            transact(() -> here.open(UUID.randomUUID()));
        }

        assertThat(here.claim(2)).hasSize(2);
        assertThat(there.claim(10)).hasSize(3);
    }

    @Test
    void noMoreIsTakenOverAndClaimedThanWanted() {
        for (int i = 0; i < 4; i++) {
            transact(() -> here.open(UUID.randomUUID()));
        }
        assertThat(here.claim(2)).hasSize(2);
        here.beat(Duration.ZERO);

        assertThat(there.claim(2)).hasSize(2);
        assertThat(there.claim(10)).hasSize(2);
    }

    @Test
    void whatIsNotDueIsNotClaimed() {
        open();
        Claim claim = here.claim(1).getFirst();
        here.release(claim, now().plusSeconds(60), wakes(here, claim));

        assertThat(there.claim(1)).isEmpty();

        database.client().sql("update agenda set due_at = clock_timestamp()").update();
        assertThat(there.claim(1)).containsExactly(new Claim(place, 2));
    }

    @Test
    void whatAnotherTransactionHasLockedIsSkipped() throws Exception {
        open();
        var locked = new CountDownLatch(1);
        var looked = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> caller = threads.submit(() -> transact(() -> {
                here.wake(session);
                locked.countDown();
                return awaited(looked);
            }));
            locked.await();

            assertThat(there.claim(1)).isEmpty();

            looked.countDown();
            caller.get();
        }
        assertThat(there.claim(1)).hasSize(1);
    }

    @Test
    void whatADeadReplicaHeldIsTakenOver() {
        open();
        assertThat(here.claim(1)).hasSize(1);
        assertThat(there.claim(1)).isEmpty();

        here.beat(Duration.ZERO);

        assertThat(there.claim(1)).containsExactly(new Claim(place, 2));
        assertThat(there.takenOver(Place.Kind.SESSION)).isEqualTo(1);
        assertThat(there.takenOver(Place.Kind.RUN)).isZero();
    }

    @Test
    void whatIsFreeOrWasHandedOverIsNotTakenOver() {
        open();
        here.free(here.claim(1).getFirst());

        assertThat(there.claim(1)).hasSize(1);

        assertThat(here.takenOver(Place.Kind.SESSION)).isZero();
        assertThat(there.takenOver(Place.Kind.SESSION)).isZero();
    }

    @Test
    void replicasAreCountedWhileTheyAreAlive() {
        assertThat(here.replicas()).isEqualTo(2);

        there.beat(Duration.ZERO);

        assertThat(here.replicas()).isEqualTo(1);
    }

    // ---- fencing -------------------------------------------------------------------------------------------------

    @Test
    void anOlderClaimSeesAndWritesNothing() {
        open();
        Claim old = here.claim(1).getFirst();
        here.beat(Duration.ZERO);
        Claim taken = there.claim(1).getFirst();

        assertThat(here.look(old)).isEmpty();
        assertThat(transact(() -> here.lock(old))).isEmpty();
        here.release(old, Instant.EPOCH, 0);
        here.free(old);
        assertThat(here.finish(old, 0)).isFalse();

        assertThat(there.look(taken)).isPresent();
        assertThat(there.claim(1)).isEmpty();
    }

    @Test
    void anOlderClaimOfTheSameReplicaIsOldToo() {
        open();
        Claim old = here.claim(1).getFirst();
        here.free(old);
        Claim again = here.claim(1).getFirst();

        assertThat(here.look(old)).isEmpty();
        assertThat(here.finish(old, 0)).isFalse();
        assertThat(here.look(again)).isPresent();
    }

    // ---- waking --------------------------------------------------------------------------------------------------

    @Test
    void aWakeUpMakesDueWhatWaits() {
        open();
        Claim claim = here.claim(1).getFirst();
        here.release(claim, now().plusSeconds(60), wakes(here, claim));

        assertThat(transact(() -> there.wake(session))).isPresent();

        assertThat(here.claim(1)).hasSize(1);
    }

    @Test
    void whatWasWokenWhileItWasHeldIsDueWhenItIsReleased() {
        open();
        Claim claim = here.claim(1).getFirst();
        long seen = wakes(here, claim);
        transact(() -> there.wake(session));
        assertThat(wakes(here, claim)).isEqualTo(seen + 1);

        here.release(claim, now().plusSeconds(60), seen);

        assertThat(there.claim(1)).hasSize(1);
    }

    @Test
    void whatWasWokenIsNotTakenOff() {
        open();
        Claim claim = here.claim(1).getFirst();
        long seen = wakes(here, claim);
        transact(() -> there.wake(session));

        assertThat(here.finish(claim, seen)).isFalse();
        assertThat(here.finish(claim, seen + 1)).isTrue();
        assertThat(transact(() -> there.wake(session))).isEmpty();
    }

    @Test
    void aWakeUpThatIsRolledBackNeverWas() {
        open();
        Claim claim = here.claim(1).getFirst();
        long seen = wakes(here, claim);

        database.transactions().executeWithoutResult(status -> {
            there.wake(session);
            status.setRollbackOnly();
        });

        assertThat(here.finish(claim, seen)).isTrue();
    }

    @Test
    void followingTwiceIsFollowingOnce() {
        UUID run = UUID.randomUUID();
        follow(run);
        follow(run);

        assertThat(here.claim(10)).containsExactly(new Claim(Place.run(run), 1));
    }

    // ---- the heartbeat -------------------------------------------------------------------------------------------

    @Test
    void whatIsFreedIsDueAtOnce() {
        open();
        Claim claim = here.claim(1).getFirst();

        here.free(claim);

        assertThat(here.mine()).isEmpty();
        assertThat(there.claim(1)).hasSize(1);
    }

    @Test
    void replicasThatDiedLongAgoAndHoldNothingAreForgotten() {
        open();
        Claim held = there.claim(1).getFirst();
        database.client()
                .sql("update replica set alive_until = clock_timestamp() - interval '2 hours'")
                .update();

        here.forgetDeadReplicas();
        assertThat(replicas()).isEqualTo(1);

        assertThat(there.finish(held, 0)).isTrue();
        here.forgetDeadReplicas();
        assertThat(replicas()).isZero();
    }

    @Test
    void whatBelongsToTheCallersTransactionIsRefusedWithoutOne() {
        // Spring checks this; here it is only that waking needs a transaction to nudge after.
        assertThatThrownBy(() -> here.wake(session)).isInstanceOf(IllegalStateException.class);
    }

    // ---- helpers -------------------------------------------------------------------------------------------------

    private void open() {
        transact(() -> here.open(session));
    }

    private void follow(UUID run) {
        database.transactions().executeWithoutResult(status -> here.follow(run));
    }

    private static long wakes(Agenda agenda, Claim claim) {
        return agenda.look(claim).orElseThrow().wakes();
    }

    private static long replicas() {
        return database.client()
                .sql("select count(*) from replica")
                .query(Long.class)
                .single();
    }

    private static Instant now() {
        return database.client()
                .sql("select clock_timestamp()")
                .query(java.time.OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static <T> T transact(Supplier<T> work) {
        return database.inTransaction(work);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException stopping) {
            throw new IllegalStateException(stopping);
        }
    }

    private static Agenda agenda() {
        return new Agenda(database.client(), new Nudge(), new Replica(UUID.randomUUID()));
    }
}
