package dev.caprock.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.id.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that come after we stopped waiting for them: what was decided meanwhile stands. */
class LateAnswersTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final Ids ids = new Ids(Clock.systemUTC());
    private final Session session = new Session(
            ids.next(),
            ids.next(),
            new NewSession(
                    "tenant",
                    "someone",
                    "e2b",
                    new Terms(
                            false,
                            "derived-token",
                            null,
                            null,
                            null,
                            List.of(),
                            Isolation.BRANCH,
                            Publish.MERGE,
                            new AgentChoice("command", null, List.of(), List.of("true"), Map.of()),
                            Duration.ofHours(1),
                            Duration.ofHours(1),
                            CloseWhen.IDLE,
                            OnSandboxLost.FAIL),
                    Network.OPEN,
                    List.of(Repo.asked("repo", Repo.Mode.RW, "main", false)),
                    Map.of()),
            NOW);

    @BeforeEach
    void open() {
        session.begin(NOW, ids);
        Resource sandbox = session.only(ResourceKind.SANDBOX);
        session.intend(sandbox.id(), ids.next(), "account", NOW);
        session.sandboxCreated(sandbox.id(), "sandbox-1", NOW.plusSeconds(600), NOW);
        session.intend(process().id(), ids.next(), null, NOW);
    }

    @Test
    void aStartThatIsAnsweredAfterItsRunWasGivenUpEndsNothingTwice() {
        session.conclude(Cause.CANCELLED, null, NOW);
        session.runEnded(run().id(), RunStatus.CANCELLED, "the session closes", NOW);

        session.runStarted(process().id(), "77", NOW);

        assertThat(run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(run().startedAt()).isNull();
        assertThat(process().is(ResourceState.LIVE))
                .as("it is known, so it is stopped")
                .isTrue();
    }

    @Test
    void aStartThatIsAnsweredAfterItsSandboxWasLostBringsNothingBack() {
        session.sandboxLost(session.only(ResourceKind.SANDBOX).externalId(), NOW);

        session.runStarted(process().id(), "77", NOW);

        assertThat(process().isOver()).isTrue();
        assertThat(run().status()).isEqualTo(RunStatus.LOST);
        assertThat(session.only(ResourceKind.MOUNT).is(ResourceState.LIVE)).isFalse();
    }

    @Test
    void aFlushThatIsAnsweredAfterItWasGivenUpIsNoSuccess() {
        session.runStarted(process().id(), "77", NOW);
        session.runExited(run().id(), 0, 0, Map.of(), NOW);
        Resource mount = session.only(ResourceKind.MOUNT);
        session.flushed(mount.id(), false, "the mount did not end in time", NOW);

        session.flushed(mount.id(), true, "the mount ended cleanly", NOW);
        session.settled(session.only(ResourceKind.WORKSPACE).id(), session.repos(), null, NOW);

        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
        assertThat(session.detail()).isEqualTo(Failures.NOT_FLUSHED);
    }

    @Test
    void aWorkspaceThatIsReadBackAfterItWasGivenUpStaysGivenUp() {
        session.runStarted(process().id(), "77", NOW);
        session.runExited(run().id(), 0, 0, Map.of(), NOW);
        session.flushed(session.only(ResourceKind.MOUNT).id(), true, "the mount ended cleanly", NOW);
        Resource workspace = session.only(ResourceKind.WORKSPACE);
        session.notSettled(workspace.id(), Failures.notSettled(null), NOW);
        List<Repo> before = session.repos();

        session.settled(workspace.id(), List.of(before.getFirst().settled("change", "commit")), null, NOW);

        assertThat(session.repos()).isEqualTo(before);
        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
    }

    private Run run() {
        return session.runs().getFirst();
    }

    private Resource process() {
        return session.processOf(run());
    }
}
