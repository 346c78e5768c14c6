package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.audit.Actor;
import dev.caprock.session.Amended;
import dev.caprock.session.Amendment;
import dev.caprock.session.GivenSession;
import dev.caprock.session.Hold;
import dev.caprock.session.QueueFull;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Session;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import dev.caprock.tenant.Budgets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What tenants may have, and who waits for it. The loop is turned by hand: nobody is helped out by time. */
@Timeout(60)
@SpringBootTest(
        classes = LoopRooms.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "caprock.admission.look=1h",
            "caprock.admission.maximum-sandboxes.scarce=2",
            "caprock.tenants.own.narrow.maximum-live=1",
            "caprock.tenants.own.wide.maximum-live=3",
            "caprock.tenants.own.poor.budget=150m", // two sessions of an hour take up to 70 minutes each
            "caprock.tenants.own.crowded.maximum-queued=2"
        })
class AllowancesTest {

    private static final Actor ANN = new Actor("acme", "ann", null, null);

    @Autowired
    private Sessions sessions;

    @Autowired
    private SessionQueue queue;

    @Autowired
    private Budgets budgets;

    @Autowired
    private Agenda agenda;

    @Autowired
    private Desk desk;

    @Autowired
    private JdbcClient database;

    @BeforeEach
    void thisReplicaIsAlive() {
        agenda.beat(Duration.ofMinutes(5));
    }

    @AfterEach
    void nothingIsLeft() {
        database.sql("truncate session, run, resource, agenda, tenant_budget, budget_part")
                .update();
    }

    // ---- live sessions -------------------------------------------------------------------------------------------

    @Test
    void whatATenantMayNotHaveLiveWaitsInOrder() {
        Claim first = accept("narrow");
        Claim second = accept("narrow");
        Claim third = accept("narrow");

        assertThat(turned(first).status()).isEqualTo(SessionStatus.OPENING);
        assertHeld(turned(second), Hold.TENANT_LIMIT, 1);
        assertHeld(turned(third), Hold.TENANT_LIMIT, 2);
    }

    @Test
    void aSessionThatClosesWakesTheNextOfItsTenantAtOnce() {
        Claim first = accept("narrow");
        Claim second = accept("narrow");
        Claim third = accept("narrow");
        Stream.of(first, second, third).forEach(this::turned);
        assertThat(isAwake(second)).isFalse();

        closed(first);

        assertThat(isAwake(second)).isTrue();
        assertHeld(turned(third), Hold.TENANT_LIMIT, 2);
        assertThat(turned(second).status()).isEqualTo(SessionStatus.OPENING);
        assertHeld(turned(third), Hold.TENANT_LIMIT, 1);
    }

    @Test
    void aPlaceIsFreeAsSoonAsTheSandboxIsProvedGone() {
        Claim first = accept("narrow");
        Claim second = accept("narrow");
        UUID sandbox = turned(first).only(ResourceKind.SANDBOX).id();
        assertThat(turned(second).status()).isEqualTo(SessionStatus.QUEUED);
        record(first, (session, now) -> session.intend(sandbox, UUID.randomUUID(), "account", now));
        record(first, (session, now) -> session.sandboxCreated(sandbox, "sbx", now.plusSeconds(600), now));
        sessions.close("narrow", first.id(), true, ANN);
        assertThat(isAwake(second)).isFalse();

        record(first, (session, now) -> session.sandboxDestroyed(sandbox, Map.of("absent", true), now));

        assertThat(isAwake(second)).isTrue();
        assertThat(turned(second).status()).isEqualTo(SessionStatus.OPENING);
    }

    @Test
    void aTenantAtItsLimitIsInNobodysWay() {
        Claim first = accept("narrow", "scarce");
        Claim held = accept("narrow", "scarce");
        turned(first);
        turned(held);

        Claim other = accept("acme", "scarce");

        assertThat(queue.position(sessions.get(other.id()))).isEqualTo(1);
        assertThat(turned(other).status()).isEqualTo(SessionStatus.OPENING);
    }

    @Test
    void aPlaceOfAProviderGoesToWhomItsTenantLetsBegin() {
        Claim first = accept("narrow", "scarce");
        Claim second = accept("acme", "scarce");
        Claim held = accept("narrow", "scarce");
        Claim next = accept("acme", "scarce");
        Stream.of(first, second, held, next).forEach(this::turned);
        assertHeld(sessions.get(held.id()), Hold.TENANT_LIMIT, 1);
        assertThat(sessions.get(next.id()).waitsFor()).contains("all of its 2 sandboxes are in use");

        closed(second);

        assertThat(isAwake(next)).isTrue();
        assertThat(isAwake(held)).isFalse();
        assertThat(turned(next).status()).isEqualTo(SessionStatus.OPENING);
    }

    @Test
    void whoWaitsForAProviderLeavesItsTenantsPlaceToTheNext() {
        Claim elsewhere = accept("acme", "scarce");
        Claim too = accept("acme", "scarce");
        Claim first = accept("narrow");
        Claim blocked = accept("narrow", "scarce");
        Claim next = accept("narrow");
        Stream.of(elsewhere, too, first, blocked, next).forEach(this::turned);

        closed(first);
        assertHeld(turned(next), Hold.TENANT_LIMIT, 2);
        assertThat(turned(blocked).heldBy()).isNull();

        assertThat(isAwake(next)).isTrue();
        assertThat(turned(next).status()).isEqualTo(SessionStatus.OPENING);
    }

    @Test
    void whoeverBeginsAtTheSameTimeItIsNeverTooMany() throws Exception {
        for (int round = 0; round < 3; round++) {
            List<Claim> claims = IntStream.range(0, 12)
                    .mapToObj(i -> accept(i % 2 == 0 ? "wide" : "acme", "scarce"))
                    .toList();
            List<Claim> anywhere =
                    IntStream.range(0, 12).mapToObj(i -> accept("wide")).toList();

            atOnce(Stream.concat(claims.stream(), anywhere.stream())
                    .map(claim -> (Callable<Session>) () -> turned(claim))
                    .toList());

            assertThat(queue.live("wide")).isBetween(1L, 3L);
            assertThat(queue.places("scarce")).isBetween(1L, 2L);
            nothingIsLeft();
        }
    }

    /** Those that were looked at in vain before take no place of one another: only the lock keeps them apart. */
    @Test
    void whoeverBeginsOutOfOrderItIsNeverTooManyEither() throws Exception {
        for (int round = 0; round < 3; round++) {
            List<Claim> claims = IntStream.range(0, 16)
                    .mapToObj(i -> accept(i % 2 == 0 ? "wide" : "acme", i % 2 == 0 ? "e2b" : "scarce"))
                    .toList();
            database.sql("""
                            update session set waits_for = 'something else',
                                held_by = case when provider = 'scarce' then 'TENANT_LIMIT' end""").update();

            atOnce(claims.stream()
                    .map(claim -> (Callable<Session>) () -> turned(claim))
                    .toList());

            assertThat(queue.live("wide")).isEqualTo(3);
            assertThat(queue.places("scarce")).isEqualTo(2);
            nothingIsLeft();
        }
    }

    // ---- budget --------------------------------------------------------------------------------------------------

    @Test
    void whatTheBudgetHasNotLeftWaitsUntilSomethingIsSettled() {
        Claim first = accept("poor");
        Claim second = accept("poor");
        Claim third = accept("poor");
        Stream.of(first, second)
                .forEach(each -> assertThat(turned(each).status()).isEqualTo(SessionStatus.OPENING));
        assertHeld(turned(third), Hold.BUDGET, 1);
        assertThat(use().reserved()).isEqualTo(Duration.ofMinutes(140));

        closed(first);

        assertThat(use()).isEqualTo(new Budgets.Use(Duration.ZERO, Duration.ofMinutes(70)));
        assertThat(isAwake(third)).isTrue();
        assertThat(turned(third).status()).isEqualTo(SessionStatus.OPENING);
    }

    @Test
    void aClosedSessionIsChargedWhatItsSandboxesTook() {
        Claim first = accept("poor");
        UUID sandbox = turned(first).only(ResourceKind.SANDBOX).id();
        record(first, (session, now) -> session.intend(sandbox, UUID.randomUUID(), "account", now));
        record(first, (session, now) -> session.sandboxCreated(sandbox, "sbx", now.plusSeconds(600), now));
        record(first, (session, now) -> session.sandboxDestroyed(sandbox, Map.of("absent", true), now.plusSeconds(90)));

        closed(first);

        assertThat(use().reserved()).isEqualTo(Duration.ZERO);
        assertThat(use().spent()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(100));
    }

    @Test
    void aSessionStaysOpenForLongerOnlyWhileTheBudgetHasMore() {
        Claim first = accept("poor");
        Instant end = expiresAt(turned(first));

        assertThat(amended(first, end.plus(Duration.ofMinutes(81)))).isInstanceOf(Amended.Refused.class);
        assertThat(expiresAt(sessions.get(first.id()))).isEqualTo(end);
        assertThat(amended(first, end.plus(Duration.ofMinutes(80)))).isInstanceOf(Amended.Done.class);
        assertThat(use().reserved()).isEqualTo(Duration.ofMinutes(150));
    }

    @Test
    void noPartOfTheBudgetIsLostHoweverSessionsComeAndGo() throws Exception {
        var random = new Random(7);
        for (int round = 0; round < 4; round++) {
            List<Claim> claims =
                    IntStream.range(0, 10).mapToObj(i -> accept("poor")).toList();
            atOnce(claims.stream()
                    .map(claim -> (Callable<Session>) () -> turned(claim))
                    .toList());
            assertThat(queue.live("poor")).isBetween(1L, 2L);
            assertThat(use().reserved()).isEqualTo(Duration.ofMinutes(70).multipliedBy(queue.live("poor")));

            boolean some = random.nextBoolean();
            atOnce(claims.stream()
                    .map(claim -> (Callable<Session>) () -> some ? turned(claim) : closed(claim))
                    .toList());
            claims.forEach(this::closed);

            assertThat(use()).isEqualTo(new Budgets.Use(Duration.ZERO, Duration.ZERO));
        }
    }

    // ---- the queue -----------------------------------------------------------------------------------------------

    @Test
    void noMoreMayWaitThanATenantMayHaveWaiting() {
        Claim first = accept("crowded");
        accept("crowded");

        assertThatThrownBy(() -> accept("crowded")).isInstanceOf(QueueFull.class);
        assertThat(queue.queued("crowded")).isEqualTo(2);

        turned(first);
        accept("crowded");
    }

    // ---- by hand -------------------------------------------------------------------------------------------------

    private Claim accept(String tenant) {
        return accept(tenant, "e2b");
    }

    private Claim accept(String tenant, String provider) {
        UUID id = sessions.accept(GivenSession.request(tenant, provider), "Do it.", Map.of(), ANN)
                .id();
        return agenda.claim(100).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Decides and moves until nothing but calls or waiting is left; awake no more. */
    private Session turned(Claim claim) {
        for (int i = 0; i < 50; i++) {
            Desk.Picture seen = desk.read(claim).orElseThrow();
            Next next = Decisions.next(seen.session(), Set.of(), seen.capacity(), Defaults.LIFECYCLE, seen.now());
            List<Action.Move> moves = next instanceof Next.Act(List<Action> actions, Instant until)
                    ? actions.stream()
                            .filter(Action.Move.class::isInstance)
                            .map(Action.Move.class::cast)
                            .toList()
                    : List.of();
            if (moves.isEmpty()) {
                database.sql(
                                "update agenda set due_at = clock_timestamp() + interval '1 hour' where id = :id and wakes = :wakes")
                        .param("id", claim.id())
                        .param("wakes", seen.wakes())
                        .update();
                return seen.session();
            }
            List<Action.Move> ignored = desk.move(claim, seen, moves);
        }
        throw new AssertionError(
                "it does not come to rest: " + sessions.get(claim.id()).status());
    }

    private boolean isAwake(Claim claim) {
        return database.sql("select due_at <= clock_timestamp() from agenda where id = :id")
                .param("id", claim.id())
                .query(Boolean.class)
                .single();
    }

    private void record(Claim claim, java.util.function.BiConsumer<Session, Instant> change) {
        assertThat(desk.record(claim, change)).isTrue();
    }

    /** Closed with nothing made outside but what is gone already. */
    private Session closed(Claim claim) {
        String tenant = sessions.get(claim.id()).tenant();
        sessions.close(tenant, claim.id(), true, ANN);
        Session session = turned(claim);
        assertThat(session.status()).isEqualTo(SessionStatus.CLOSED);
        return session;
    }

    private void assertHeld(Session session, Hold hold, long position) {
        assertThat(session.status()).isEqualTo(SessionStatus.QUEUED);
        assertThat(session.heldBy()).isEqualTo(hold);
        assertThat(queue.position(session)).isEqualTo(position);
    }

    private Budgets.Use use() {
        return budgets.use("poor", Instant.now());
    }

    private static Instant expiresAt(Session session) {
        return java.util.Objects.requireNonNull(session.expiresAt());
    }

    private Amended amended(Claim claim, Instant end) {
        return sessions.amend("poor", claim.id(), new Amendment(null, end), version -> true, ANN)
                .orElseThrow();
    }

    private static void atOnce(List<Callable<Session>> works) throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            var ends = threads.invokeAll(works);
            assertThat(ends.stream().map(end -> end.resultNow().id()).collect(Collectors.toSet()))
                    .isNotEmpty();
        }
    }
}
