package dev.caprock.session;

import static dev.caprock.session.ResourceKind.CREDENTIAL;
import static dev.caprock.session.ResourceKind.MOUNT;
import static dev.caprock.session.ResourceKind.PROCESS;
import static dev.caprock.session.ResourceKind.SANDBOX;
import static dev.caprock.session.ResourceKind.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.id.PublicId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SessionTest {

    private final GivenSession given = GivenSession.queued();
    private final Session session = given.session();

    /** It may stay for further runs, so there is something to open for. */
    @Test
    void aSessionWhoseRunsWereAllCancelledBeforeItOpenedRests() {
        var staying = GivenSession.queued(CloseWhen.EXPIRED);
        staying.session().cancelRun(staying.run().id(), staying.now());

        staying.prepared().session().opened(staying.now());

        assertThat(staying.session().status()).isEqualTo(SessionStatus.IDLE);
    }

    @Test
    void aLifeThatGoesWellTellsItsWholeStory() {
        given.running().exited(0).flushed(true).settled().destroyed().revoked().closed();

        assertThat(types())
                .containsExactly(
                        "session.status",
                        "run.queued",
                        "session.status",
                        "sandbox.created",
                        "credential.minted",
                        "sandbox.ready",
                        "workspace.mounted",
                        "run.started",
                        "session.status",
                        "run.finished",
                        "session.status",
                        "workspace.flushed",
                        "workspace.verified",
                        "sandbox.destroyed",
                        "credential.revoked",
                        "session.status");
        assertThat(session.status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(session.outcome()).isEqualTo(SessionOutcome.SUCCEEDED);
        assertThat(session.detail()).isNull();
    }

    @Test
    void factsAreHandedOutOnce() {
        assertThat(session.drainFacts()).hasSize(2);
        assertThat(session.drainFacts()).isEmpty();
    }

    @Test
    void openingStartsTheClockAndHasARowForEachResourceToCome() {
        given.later(Duration.ofMinutes(3)).begun();

        assertThat(session.expiresAt()).isEqualTo(given.now().plus(GivenSession.TTL));
        assertThat(session.resources())
                .extracting(Resource::kind)
                .containsExactly(CREDENTIAL, WORKSPACE, SANDBOX, MOUNT, PROCESS);
        assertThat(session.resources()).allMatch(resource -> resource.is(ResourceState.ABSENT));
    }

    @Test
    void aMoveThatMayNotBeNamesSessionFromAndTo() {
        given.cancelled();

        assertThatThrownBy(given::begun)
                .isInstanceOf(IllegalMove.class)
                .hasMessageContainingAll(PublicId.SESSION.text(session.id()), "closing", "opening");
    }

    @ParameterizedTest
    @CsvSource({
        "QUEUED,  OPENING CLOSING",
        "OPENING, RUNNING IDLE CLOSING",
        "RUNNING, IDLE OPENING CLOSING",
        "IDLE,    RUNNING OPENING CLOSING",
        "CLOSING, CLOSED",
        "CLOSED,  ''"
    })
    void eachStatusLeadsOnlyTo(SessionStatus from, String next) {
        for (SessionStatus to : SessionStatus.values()) {
            assertThat(from.mayBecome(to))
                    .as("%s to %s", from, to)
                    .isEqualTo(List.of(next.split(" ")).contains(to.name()));
        }
    }

    @Test
    void whatReplacesALostSandboxMayComeFromAnotherProvider() {
        GivenSession replaced = GivenSession.queued(CloseWhen.IDLE, OnSandboxLost.REPLACE);
        Session its = replaced.session();
        replaced.running().sandboxLost();
        assertThatThrownBy(() -> its.turnTo("vercel", "e2b is busy")).isInstanceOf(IllegalStateException.class);

        replaced.destroyed();
        its.replaceSandbox(replaced.ids());
        its.turnTo("vercel", "e2b is busy");

        assertThat(its.provider()).isEqualTo("vercel");
        assertThat(its.resources(ResourceKind.SANDBOX)).hasSize(2);
        assertThat(its.currentRun())
                .hasValueSatisfying(run -> assertThat(run.status()).isEqualTo(RunStatus.QUEUED));
    }

    @Test
    void itClosesOnlyWhenEverythingIsProvedGone() {
        given.running().exited(0).flushed(true).settled().revoked();

        assertThatThrownBy(given::closed).isInstanceOf(IllegalMove.class).hasMessageContainingAll("closing", "closed");

        given.destroyed().closed();
        assertThat(session.closedAt()).isEqualTo(given.now());
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "CANCELLED", "EXPIRED"})
    void theFirstCauseFixesTheOutcome(Cause first) {
        given.running().concluded(first, null);
        SessionOutcome fixed = session.outcome();
        assertThat(fixed).isNotNull();

        given.concluded(Cause.CANCELLED, Failures.SANDBOX_LOST)
                .sandboxLost()
                .flushed(true)
                .settled();

        assertThat(session.cause()).isEqualTo(first);
        assertThat(session.outcome()).isEqualTo(fixed);
        assertThat(session.detail()).isNull();
    }

    @Test
    void successIsKnownOnlyOnceTheWorkspaceIsSettled() {
        given.running().exited(0).flushed(true);
        assertThat(session.outcome()).isNull();
        assertThat(session.willPublish()).isTrue();

        assertThat(given.settled().session().outcome()).isEqualTo(SessionOutcome.SUCCEEDED);
    }

    @Test
    void withoutACleanFlushThereIsNoSuccess() {
        given.running().exited(0).flushed(false);
        assertThat(session.willPublish()).isFalse();

        given.settled();

        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
        assertThat(session.detail()).isEqualTo(Failures.NOT_FLUSHED);
    }

    @Test
    void whatCannotBePublishedIsNoSuccess() {
        given.running().exited(0).flushed(true);

        session.notSettled(given.of(WORKSPACE).id(), Failures.notSettled(null), given.now());

        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
        assertThat(session.detail()).extracting(Detail::code).isEqualTo("workspace_not_published");
    }

    @Test
    void anAgentThatFailsFailsTheSession() {
        given.running().exited(3);

        assertThat(session.status()).isEqualTo(SessionStatus.CLOSING);
        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
        assertThat(session.detail()).extracting(Detail::code).isEqualTo("agent_failed");
    }

    @Test
    void aSessionThatStaysOpenIsIdleAfterItsRun() {
        GivenSession open = GivenSession.queued(CloseWhen.EXPIRED).running().exited(3);

        assertThat(open.session().status()).isEqualTo(SessionStatus.IDLE);
        assertThat(open.session().outcome()).isNull();
    }

    @Test
    void withTheSandboxItsRunIsLost() {
        given.running().sandboxLost();

        assertThat(given.run().status()).isEqualTo(RunStatus.LOST);
        assertThat(given.of(PROCESS).is(ResourceState.GONE)).isTrue();
        assertThat(session.detail()).isEqualTo(Failures.SANDBOX_LOST);
        assertThat(session.outcome()).isEqualTo(SessionOutcome.FAILED);
    }

    @Test
    void aSandboxIsLostOnce() {
        given.running().sandboxLost();
        session.drainFacts();

        given.sandboxLost();

        assertThat(types()).isEmpty();
    }

    @Test
    void itsProcessesEndWithTheSandbox() {
        given.running().cancelled().runEnded().destroyed();

        assertThat(given.of(PROCESS).evidence()).containsEntry("with", "sandbox");
    }

    // ---- too late ------------------------------------------------------------------------------------------------

    @Test
    void aRunThatStartsWhenItWasGivenUpStaysGivenUp() {
        given.prepared().intended(PROCESS).cancelled().runEnded();
        session.drainFacts();

        given.live(PROCESS);

        assertThat(given.run().status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(given.of(PROCESS).is(ResourceState.LIVE))
                .as("it must be stopped")
                .isTrue();
        assertThat(given.of(MOUNT).is(ResourceState.LIVE)).isFalse();
        assertThat(types()).isEmpty();
    }

    @Test
    void noProcessOutlivesTheProofThatItsSandboxIsGone() {
        given.prepared().intended(PROCESS).cancelled().runEnded().destroyed();

        given.live(PROCESS);

        assertThat(given.of(PROCESS).is(ResourceState.GONE)).isTrue();
    }

    @Test
    void whatWasGivenUpAsNotFlushedIsNotFlushedLater() {
        given.running().exited(0).flushed(false);
        session.drainFacts();

        given.flushed(true);

        assertThat(session.willPublish()).isFalse();
        assertThat(types()).isEmpty();
    }

    @Test
    void aWorkspaceThatOpensWhenItWasGivenUpStaysGivenUp() {
        given.begun().intended(WORKSPACE).cancelled();
        session.notSettled(given.of(WORKSPACE).id(), Failures.notSettled(null), given.now());

        given.live(WORKSPACE);

        assertThat(given.of(WORKSPACE).is(ResourceState.GONE)).isTrue();
    }

    // ---- attempts that failed ------------------------------------------------------------------------------------

    @Test
    void failedAttemptsAreCountedAndTheFirstFewTold() {
        given.begun().intended(SANDBOX);
        session.drainFacts();

        for (int attempt = 1; attempt <= 10; attempt++) {
            given.postponed(SANDBOX, Duration.ofSeconds(1));
        }

        assertThat(given.of(SANDBOX).attempts()).isEqualTo(10);
        assertThat(types()).hasSize(4).containsOnly("session.warning");
    }

    @Test
    void whatSucceedsForgetsItsFailures() {
        given.begun()
                .intended(SANDBOX)
                .postponed(SANDBOX, Duration.ofSeconds(1))
                .live(SANDBOX);

        assertThat(given.of(SANDBOX).attempts()).isZero();
        assertThat(given.of(SANDBOX).notBefore()).isNull();
        assertThat(given.of(SANDBOX).lastError()).isNull();
    }

    @Test
    void anUnknownResourceIsRefusedByName() {
        given.begun();

        assertThatThrownBy(() -> session.provedAbsent(session.id(), Map.of(), given.now()))
                .hasMessageContaining("has no resource " + session.id());
    }

    private List<String> types() {
        return session.drainFacts().stream().map(Fact::type).toList();
    }
}
