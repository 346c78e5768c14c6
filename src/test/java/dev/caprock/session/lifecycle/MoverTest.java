package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.SeenObservations;
import dev.caprock.audit.Actor;
import dev.caprock.id.PublicId;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.GivenSession;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Session;
import dev.caprock.session.SessionOutcome;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.mock.env.MockEnvironment;

/** How one session is moved, with calls that do what a test wants. */
@Timeout(30)
@SpringBootTest(
        classes = LoopRooms.class,
        webEnvironment = WebEnvironment.NONE,
        properties = "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
class MoverTest {

    private static final Actor ANN = new Actor("acme", "ann", null, null);

    /** No poll helps out, and what was put off stays so. */
    private static final LifecycleSettings SETTINGS = Binder.get(new MockEnvironment()
                    .withProperty("caprock.lifecycle.poll", "1h")
                    .withProperty("caprock.lifecycle.first-retry", "1h")
                    .withProperty("caprock.lifecycle.last-retry", "1h"))
            .bindOrCreate("caprock.lifecycle", LifecycleSettings.class);

    @Autowired
    private Sessions sessions;

    @Autowired
    private Agenda agenda;

    @Autowired
    private Desk desk;

    @Autowired
    private Nudge nudge;

    private final SeenObservations seen = new SeenObservations();
    private final Lease lease = new Lease();
    private UUID session = new UUID(0, 0);
    private Claim claim = new Claim(Place.session(session), 0);

    @BeforeEach
    void aClaimedSession() {
        agenda.beat(Duration.ofMinutes(5));
        lease.renewed(lease.now(), Duration.ofMinutes(5));
        session = sessions.accept(GivenSession.request(CloseWhen.IDLE), "Do it.", Map.of(), ANN)
                .id();
        claim = agenda.claim(100).stream()
                .filter(each -> each.id().equals(session))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void independentCallsRunSideBySideAndThenTheSessionIsLetGo() throws Exception {
        var meeting = new CyclicBarrier(2);
        var create = new Fake<>(Action.CreateSandbox.class, subject -> {
            meeting.await(10, TimeUnit.SECONDS);
            return putOff(subject);
        });
        var open = new Fake<>(Action.OpenWorkspace.class, subject -> {
            meeting.await(10, TimeUnit.SECONDS);
            return putOff(subject);
        });

        move(create, open).join();

        assertThat(create.times).hasValue(1);
        assertThat(open.times).hasValue(1);
        assertThat(agenda.look(claim)).isEmpty();
        assertThat(agenda.mine()).doesNotContain(claim);
    }

    @Test
    void aWakeUpDuringACallIsActedOnWhileTheCallGoesOn() throws Exception {
        var creating = new CountDownLatch(1);
        var opening = new CountDownLatch(1);
        var settling = new CountDownLatch(1);
        var create = new Fake<>(Action.CreateSandbox.class, subject -> {
            creating.countDown();
            assertThat(settling.await(10, TimeUnit.SECONDS))
                    .as("acted on the wake-up")
                    .isTrue();
            return (current, now) -> current.sandboxCreated(subject, "sandbox-1", now.plusSeconds(600), now);
        });
        var open = new Fake<>(Action.OpenWorkspace.class, subject -> (current, now) -> {
            putOff(subject).record(current, now);
            opening.countDown(); // the session is locked until this is stored, so that closing comes after it
        });
        var settle = new Fake<>(Action.SettleWorkspace.class, subject -> {
            settling.countDown();
            return (current, now) -> current.settled(subject, current.repos(), null, now);
        });
        var destroy = new Fake<>(
                Action.DestroySandbox.class,
                subject -> (current, now) -> current.sandboxDestroyed(subject, Map.of("absent", true), now));
        Thread mover = move(create, open, settle, destroy);
        creating.await();
        opening.await();

        sessions.close("acme", session, true, ANN);
        mover.join();

        assertThat(create.times).as("a call under way is not repeated").hasValue(1);
        assertThat(destroy.times).hasValue(1);
        Session closed = sessions.get(session);
        assertThat(closed.status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(closed.outcome()).isEqualTo(SessionOutcome.CANCELLED);
        assertThat(agenda.look(claim)).isEmpty();
    }

    @Test
    void aCallThatBreaksIsPutOffAndNotDoneAgainAtOnce() throws Exception {
        var create = new Fake<>(Action.CreateSandbox.class, subject -> {
            throw new IllegalArgumentException("a fault of ours");
        });
        var open = new Fake<>(Action.OpenWorkspace.class, MoverTest::putOff);

        move(create, open).join();

        assertThat(create.times).hasValue(1);
        assertThat(sandbox().lastError()).contains("IllegalArgumentException");
        assertThat(sandbox().notBefore()).isNotNull();
        assertThat(ends()).containsOnlyOnce("CreateSandbox unexpected");
    }

    @Test
    void anOutcomeThatCannotBeRecordedIsPutOffToo() throws Exception {
        var create = new Fake<>(Action.CreateSandbox.class, subject -> (current, now) -> {
            throw new IllegalArgumentException("a fault of ours");
        });
        var open = new Fake<>(Action.OpenWorkspace.class, MoverTest::putOff);

        move(create, open).join();

        assertThat(create.times).hasValue(1);
        assertThat(sandbox().lastError()).contains("IllegalArgumentException");
        assertThat(ends()).containsOnlyOnce("CreateSandbox unexpected");
    }

    @Test
    void whoseLeaseHasRunOutStartsNothing() throws Exception {
        lease.drop();
        var create = new Fake<>(Action.CreateSandbox.class, MoverTest::putOff);

        move(create).join();

        assertThat(create.times).hasValue(0);
        assertThat(sessions.get(session).status()).isEqualTo(SessionStatus.QUEUED);
    }

    @Test
    void whatAFencedCallMadeItUndoes() throws Exception {
        var undone = new CountDownLatch(1);
        var create = new Fake<>(Action.CreateSandbox.class, subject -> {
            agenda.free(claim); // as if another replica had taken over
            return new Outcome() {
                @Override
                public void record(Session current, Instant now) {
                    throw new AssertionError("it is no longer ours to write");
                }

                @Override
                public void fenced() {
                    undone.countDown();
                }
            };
        });
        var open = new Fake<>(Action.OpenWorkspace.class, MoverTest::putOff);

        move(create, open).join();

        assertThat(undone.await(10, TimeUnit.SECONDS)).isTrue();
        await().untilAsserted(() -> assertThat(ends()).containsOnlyOnce("CreateSandbox fenced"));
    }

    @Test
    void metricsAndTracesAreToldOfEachActionAndTracesAloneOfIds() throws Exception {
        var create = new Fake<>(
                Action.CreateSandbox.class,
                subject -> (current, now) -> current.sandboxCreated(subject, "sandbox-1", now.plusSeconds(600), now));
        var open = new Fake<>(Action.OpenWorkspace.class, subject -> new Setback(putOff(subject)));

        move(create, open).join();

        assertThat(ends()).containsOnlyOnce("Begin done", "CreateSandbox done", "OpenWorkspace setback");
        assertThat(seen.all()).allSatisfy(each -> {
            assertThat(each.getName()).isEqualTo("caprock.actions");
            assertThat(SeenObservations.few(each)).containsOnlyKeys("action", "outcome");
            assertThat(SeenObservations.many(each))
                    .containsEntry("session", PublicId.SESSION.text(session))
                    .containsKey("provider");
        });
    }

    @Test
    void whatWasDecidedOnAPictureOutOfDateIsNotToldAsDone() {
        Desk.Picture picture = desk.read(claim).orElseThrow();
        var calls = new Calls(desk, new Setbacks(SETTINGS), seen.registry(), List.of());
        sessions.close("acme", session, true, ANN);

        calls.move(claim, picture, List.of(new Action.Begin(session)));

        assertThat(ends()).containsExactly("Begin outdated");
    }

    private List<String> ends() {
        return seen.all().stream()
                .map(SeenObservations::few)
                .map(few -> few.get("action") + " " + few.get("outcome"))
                .toList();
    }

    private Thread move(Doing<?>... doings) {
        var calls = new Calls(desk, new Setbacks(SETTINGS), seen.registry(), List.of(doings));
        var mover = new Mover(claim, desk, calls, agenda, lease, SETTINGS);
        nudge.listen(claim, mover::look);
        return Thread.ofVirtual().start(mover);
    }

    private Resource sandbox() {
        return sessions.get(session).only(ResourceKind.SANDBOX);
    }

    private static Outcome putOff(UUID subject) {
        return (current, now) -> current.postponed(subject, "put off", now.plus(Duration.ofHours(1)));
    }

    /** What a fake call does. */
    private interface Call {
        Outcome on(UUID subject) throws Exception;
    }

    /** Does what the test wants, and counts how often it was asked to. */
    private static final class Fake<A extends Action.Call> implements Doing<A> {

        private final Class<A> action;
        private final Call call;
        private final AtomicInteger times = new AtomicInteger();

        Fake(Class<A> action, Call call) {
            this.action = action;
            this.call = call;
        }

        @Override
        public Class<A> action() {
            return action;
        }

        @Override
        public void intend(Session session, A intended, Instant now) {
            if (session.resource(intended.subject()).isOver()) {
                session.intend(intended.subject(), UUID.randomUUID(), "account", now);
            }
        }

        @Override
        public Outcome perform(Session session, A performed, Progress progress) {
            times.incrementAndGet();
            try {
                return call.on(performed.subject());
            } catch (RuntimeException fault) {
                throw fault;
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }
}
