package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Actor;
import dev.caprock.journal.Journal;
import dev.caprock.secrets.Vault;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.GivenSession;
import dev.caprock.session.Session;
import dev.caprock.session.SessionOutcome;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** A decision that was made before a wake-up is made again. */
@SpringBootTest(
        classes = LoopRooms.class,
        webEnvironment = WebEnvironment.NONE,
        properties = "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
class DeskTest {

    private static final Actor ANN = new Actor("acme", "ann", null, null);

    @Autowired
    private Sessions sessions;

    @Autowired
    private Agenda agenda;

    @Autowired
    private Desk desk;

    @Autowired
    private Journal journal;

    @Autowired
    private Vault vault;

    private UUID session = new UUID(0, 0);
    private Claim claim = new Claim(Place.session(session), 0);

    @BeforeEach
    void aClaimedSession() {
        agenda.beat(Duration.ofMinutes(5));
        session = sessions.accept(GivenSession.request(CloseWhen.IDLE), "Do it.", Map.of(), ANN)
                .id();
        claim = agenda.claim(100).stream()
                .filter(each -> each.id().equals(session))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMoveIsMadeAndRecorded() {
        assertThat(desk.move(claim, picture(), List.of(new Action.Begin(session))))
                .isNotEmpty();

        assertThat(picture().session().status()).isEqualTo(SessionStatus.OPENING);
        assertThat(journal.read(session, 0, 10))
                .extracting(event -> event.type() + " " + event.data().get("status"))
                .containsExactly("session.status queued", "run.queued null", "session.status opening");
    }

    @Test
    void aMoveThatWasDecidedBeforeAWakeUpIsRefused() {
        Desk.Picture seen = picture();
        cancel();

        assertThat(desk.move(claim, seen, List.of(new Action.Begin(session)))).isEmpty();

        assertThat(picture().session().status()).isEqualTo(SessionStatus.CLOSING);
    }

    @Test
    void anIntentThatWasDecidedBeforeAWakeUpIsRefused() {
        desk.move(claim, picture(), List.of(new Action.Begin(session)));
        Desk.Picture seen = picture();
        cancel();

        assertThat(desk.intend(claim, seen, new Intending(), create(seen))).isEmpty();
        assertThat(picture().session().resources()).allMatch(resource -> resource.isOver());
    }

    @Test
    void whatCameOfACallIsRecordedWhateverWokeTheSession() {
        desk.move(claim, picture(), List.of(new Action.Begin(session)));
        cancel();

        assertThat(desk.record(claim, (current, now) -> current.warn("late", "but true")))
                .isTrue();
    }

    @Test
    void whatCameOfACallOutdatesEveryEarlierDecision() {
        Desk.Picture seen = picture();
        assertThat(desk.record(claim, (current, now) -> current.warn("news", "of a call")))
                .isTrue();

        assertThat(desk.move(claim, seen, List.of(new Action.Begin(session)))).isEmpty();
    }

    @Test
    void twoIntentsOfOneDecisionAreBothStored() {
        desk.move(claim, picture(), List.of(new Action.Begin(session)));
        Desk.Picture seen = picture();

        assertThat(desk.intend(claim, seen, new Intending(), create(seen))).isPresent();
        assertThat(desk.intend(claim, seen, new Intending(), create(seen))).isPresent();
    }

    @Test
    void anOlderClaimWritesNothing() {
        Desk.Picture seen = picture();
        agenda.free(claim);
        assertThat(agenda.claim(100)).extracting(Claim::id).contains(session);

        assertThat(desk.read(claim)).isEmpty();
        assertThat(desk.move(claim, seen, List.of(new Action.Begin(session)))).isEmpty();
        assertThat(desk.intend(claim, seen, new Intending(), new Action.CreateSandbox(session)))
                .isEmpty();
        assertThat(desk.record(claim, (current, now) -> current.warn("zombie", "writes")))
                .isFalse();
        assertThat(journal.read(session, 0, 10)).hasSize(2);
    }

    @Test
    void theSecretsOfAClosedSessionAreForgotten() {
        assertThat(vault.holds(session)).isTrue();
        cancel();

        assertThat(desk.move(claim, picture(), List.of(new Action.Close(session))))
                .isNotEmpty();

        assertThat(vault.holds(session)).isFalse();
        assertThat(picture().session().outcome()).isEqualTo(SessionOutcome.CANCELLED);
    }

    private Desk.Picture picture() {
        return desk.read(claim).orElseThrow();
    }

    private void cancel() {
        assertThat(sessions.close("acme", session, false, ANN)).isPresent();
    }

    private static Action.CreateSandbox create(Desk.Picture seen) {
        return new Action.CreateSandbox(
                seen.session().only(dev.caprock.session.ResourceKind.SANDBOX).id());
    }

    /** Stores an intent; nobody performs it. */
    private static final class Intending implements Doing<Action.CreateSandbox> {

        @Override
        public Class<Action.CreateSandbox> action() {
            return Action.CreateSandbox.class;
        }

        @Override
        public void intend(Session session, Action.CreateSandbox create, Instant now) {
            session.intend(create.subject(), UUID.randomUUID(), "account", now);
        }

        @Override
        public Outcome perform(Session session, Action.CreateSandbox create, Progress progress) {
            throw new AssertionError("nothing is performed here");
        }
    }
}
