package dev.caprock.session.lifecycle;

import static dev.caprock.session.ResourceKind.CREDENTIAL;
import static dev.caprock.session.ResourceKind.MOUNT;
import static dev.caprock.session.ResourceKind.PROCESS;
import static dev.caprock.session.ResourceKind.SANDBOX;
import static dev.caprock.session.ResourceKind.WORKSPACE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.session.Cause;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.GivenSession;
import dev.caprock.session.Hold;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.RunStatus;
import dev.caprock.session.StopReason;
import dev.caprock.session.lifecycle.Action.Begin;
import dev.caprock.session.lifecycle.Action.Close;
import dev.caprock.session.lifecycle.Action.Conclude;
import dev.caprock.session.lifecycle.Action.CreateSandbox;
import dev.caprock.session.lifecycle.Action.DestroySandbox;
import dev.caprock.session.lifecycle.Action.DropUnusedMount;
import dev.caprock.session.lifecycle.Action.EndRun;
import dev.caprock.session.lifecycle.Action.ExtendSandbox;
import dev.caprock.session.lifecycle.Action.Flush;
import dev.caprock.session.lifecycle.Action.GiveUpFlush;
import dev.caprock.session.lifecycle.Action.GiveUpSettling;
import dev.caprock.session.lifecycle.Action.LookForCredential;
import dev.caprock.session.lifecycle.Action.LookForSandbox;
import dev.caprock.session.lifecycle.Action.MintCredential;
import dev.caprock.session.lifecycle.Action.OpenWorkspace;
import dev.caprock.session.lifecycle.Action.Prepare;
import dev.caprock.session.lifecycle.Action.RevokeCredential;
import dev.caprock.session.lifecycle.Action.SettleWorkspace;
import dev.caprock.session.lifecycle.Action.StartRun;
import dev.caprock.session.lifecycle.Action.StayQueued;
import dev.caprock.session.lifecycle.Action.StopRun;
import dev.caprock.session.lifecycle.Action.TurnTo;
import dev.caprock.session.lifecycle.Action.WantAnotherCredential;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes next, for every state that matters. Read it as the specification of the loop. */
class DecisionsTest {

    private static final LifecycleSettings SETTINGS = Defaults.LIFECYCLE;
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final GivenSession given = GivenSession.queued();

    /** It stays open after its run. */
    private final GivenSession idle =
            GivenSession.queued(CloseWhen.EXPIRED).running().exited(0);

    private Capacity capacity = new Capacity(List.of(Capacity.Room.free("e2b")));

    @Nested
    class Queued {

        private static final Duration SOON = Duration.ofSeconds(5);

        private final Capacity.Room busy = Capacity.Room.busy("e2b", "paused", SOON);

        @Test
        void itBeginsWhereItsProviderHasRoom() {
            assertThat(actions(given)).containsExactly(new Begin(given.session().id()));
        }

        @Test
        void itSaysWhyItStaysAndThenWaits() {
            capacity = new Capacity(List.of(busy));

            assertThat(actions(given))
                    .containsExactly(new StayQueued(
                            given.session().id(),
                            busy.reason(),
                            null,
                            given.now().plus(SOON)));

            given.session().waitFor(busy.reason(), null, given.now().plus(SOON));
            assertThat(actions(given)).isEmpty();
            assertThat(until(given)).isEqualTo(given.now().plus(SOON));
        }

        @Test
        void itSaysSoAgainWhenTheReasonIsAnotherOrItsTimeIsOver() {
            capacity = new Capacity(List.of(busy));
            given.session().waitFor("e2b is busy: full", null, given.now().plus(SOON));
            assertThat(next(given)).containsExactly(StayQueued.class);

            given.session().waitFor(busy.reason(), null, given.now().plus(SOON));
            assertThat(next(given.later(SOON))).containsExactly(StayQueued.class);
        }

        @Test
        void itSaysWhatOfItsTenantsItWaitsFor() {
            var held = Capacity.Room.held("e2b", Hold.BUDGET, "held back", SOON);
            capacity = new Capacity(List.of(held));

            assertThat(actions(given))
                    .containsExactly(new StayQueued(
                            given.session().id(),
                            "held back",
                            Hold.BUDGET,
                            given.now().plus(SOON)));
        }

        @Test
        void itTurnsToAnotherProviderThatHasRoom() {
            var full = Capacity.Room.busy("second", "full", SOON);
            capacity = new Capacity(List.of(busy, full, Capacity.Room.free("third")));

            assertThat(actions(given))
                    .containsExactly(new TurnTo(given.session().id(), "third", busy.reason()));
        }

        @Test
        void itStaysWhereItIsWhenItsOwnProviderHasRoomToo() {
            capacity = new Capacity(List.of(Capacity.Room.free("e2b"), Capacity.Room.free("third")));

            assertThat(next(given)).containsExactly(Begin.class);
        }

        @Test
        void itsTimeToLiveCountsOnlyFromWhenItBegins() {
            capacity = new Capacity(List.of(busy));

            assertThat(next(given.later(GivenSession.TTL.multipliedBy(3)))).containsExactly(StayQueued.class);
            given.begun();
            assertThat(given.session().expiresAt()).isEqualTo(given.now().plus(GivenSession.TTL));
        }
    }

    @Nested
    class Opening {

        @Test
        void theSandboxIsMadeFirstAndTheWorkspaceOpenedBesideIt() {
            given.begun();

            assertThat(next(given)).containsExactly(CreateSandbox.class, OpenWorkspace.class);
        }

        @Test
        void theCredentialIsMintedOnceTheReposAreKnown() {
            given.begun().reposFound();

            assertThat(next(given)).containsExactly(CreateSandbox.class, MintCredential.class, OpenWorkspace.class);
        }

        @Test
        void whatIsUnderWayIsNotDoneAgain() {
            given.begun().reposFound().intended(SANDBOX).intended(CREDENTIAL).intended(WORKSPACE);

            assertThat(next(given, SANDBOX, CREDENTIAL, WORKSPACE)).isEmpty();
        }

        @Test
        void aSandboxWhoseAnswerWasLostIsLookedForAndNeverMadeAgain() {
            given.begun().intended(SANDBOX).later(Duration.ofMinutes(5));

            assertThat(next(given, WORKSPACE)).containsExactly(LookForSandbox.class);
        }

        @Test
        void aCredentialWhoseAnswerWasLostIsLookedForAndAnotherWanted() {
            given.begun().reposFound().intended(CREDENTIAL);

            assertThat(next(given, SANDBOX, WORKSPACE))
                    .containsExactly(LookForCredential.class, WantAnotherCredential.class);
        }

        @Test
        void theOtherCredentialIsMintedWhileTheLostOneIsLookedFor() {
            given.begun().reposFound().intended(CREDENTIAL);
            Resource lost = given.of(CREDENTIAL);
            given.session().wantAnotherCredential(given.ids());

            assertThat(actions(given, SANDBOX, WORKSPACE))
                    .containsExactly(
                            new LookForCredential(lost.id(), given.now()),
                            new MintCredential(given.of(CREDENTIAL).id()));
        }

        @Test
        void noMoreThanFourCredentialsAreWanted() {
            given.begun().reposFound().intended(CREDENTIAL);
            for (int further = 0; further < 3; further++) {
                given.session().wantAnotherCredential(given.ids());
                given.intended(CREDENTIAL);
            }

            assertThat(next(given, SANDBOX, WORKSPACE))
                    .hasSize(4)
                    .allSatisfy(kind -> assertThat(kind).isEqualTo(LookForCredential.class));
        }

        @Test
        void oneLiveCredentialIsEnough() {
            given.begun().live(CREDENTIAL);

            assertThat(next(given, SANDBOX, WORKSPACE)).isEmpty();
        }

        @ParameterizedTest
        @EnumSource(names = {"SANDBOX", "CREDENTIAL", "WORKSPACE"})
        void whatFailedWaitsForItsTime(ResourceKind kind) {
            given.begun().reposFound().intended(kind).absent(kind, Duration.ofSeconds(7));
            var others = List.of(SANDBOX, CREDENTIAL, WORKSPACE).stream()
                    .filter(other -> other != kind)
                    .toArray(ResourceKind[]::new);

            assertThat(next(given, others)).isEmpty();
            assertThat(until(given, others)).isEqualTo(given.now().plusSeconds(7));
            assertThat(next(given.later(Duration.ofSeconds(7)), others)).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(names = {"SANDBOX", "CREDENTIAL", "WORKSPACE"})
        void thereIsNothingToPrepareWhileOneOfThemIsMissing(ResourceKind missing) {
            given.begun();
            List.of(SANDBOX, CREDENTIAL, WORKSPACE).stream()
                    .filter(kind -> kind != missing)
                    .forEach(given::live);

            assertThat(next(given, missing)).isEmpty();
        }

        @Test
        void withCredentialWorkspaceAndSandboxItIsPrepared() {
            assertThat(next(given.opened())).containsExactly(Prepare.class);
        }

        @Test
        void thePreparedSessionStartsItsRun() {
            assertThat(next(given.prepared())).containsExactly(StartRun.class);
        }

        @Test
        void stepsThatMayBeRepeatedAreRepeatedWhenTheirAnswerWasLost() {
            given.begun().intended(WORKSPACE);
            assertThat(next(given, SANDBOX)).containsExactly(OpenWorkspace.class);

            given.live(SANDBOX).live(CREDENTIAL).live(WORKSPACE).intended(MOUNT);
            assertThat(next(given)).containsExactly(Prepare.class);

            given.live(MOUNT).intended(PROCESS);
            assertThat(next(given)).containsExactly(StartRun.class);
        }

        @Test
        void openingThatTakesTooLongFailsAndSaysWhatItWaitedFor() {
            given.begun().intended(SANDBOX).postponed(SANDBOX, MOMENT).at(SETTINGS.openingTimeout());

            assertThat(actions(given)).singleElement().isInstanceOfSatisfying(Conclude.class, conclude -> {
                assertThat(conclude.cause()).isEqualTo(Cause.FAILED);
                assertThat(requireNonNull(conclude.detail()).code()).isEqualTo("opening_timed_out");
                assertThat(requireNonNull(conclude.detail()).message()).contains("busy");
            });
            assertThat(next(given.at(SETTINGS.openingTimeout().minus(MOMENT)))).doesNotContain(Conclude.class);
        }
    }

    @Nested
    class Running {

        @Test
        void aRunningSessionWaits() {
            assertThat(next(given.running())).isEmpty();
        }

        @Test
        void itLooksAgainWhenTheSandboxMustBeExtended() {
            given.running();

            assertThat(until(given)).isEqualTo(GivenSession.START.plus(GivenSession.LEASE.dividedBy(3)));
        }

        @Test
        void itLooksAgainWhenTheRunHasHadItsTime() {
            given.running().leased(Duration.ofHours(3)).at(GivenSession.RUN_TIMEOUT.minusMinutes(1));

            assertThat(until(given)).isEqualTo(GivenSession.START.plus(GivenSession.RUN_TIMEOUT));
        }

        @Test
        void itLooksAgainWhenItExpires() {
            idle.leased(Duration.ofHours(3)).at(GivenSession.TTL.minusMinutes(1));

            assertThat(until(idle)).isEqualTo(GivenSession.START.plus(GivenSession.TTL));
        }

        @Test
        void itLooksAgainEveryFiveMinutesWhateverHappens() {
            given.running().leased(Duration.ofHours(3));

            assertThat(until(given)).isEqualTo(given.now().plus(Duration.ofMinutes(5)));
        }

        @Test
        void aRunThatHasHadItsTimeIsStopped() {
            given.running().leased(Duration.ofHours(3)).at(GivenSession.RUN_TIMEOUT);

            assertThat(actions(given))
                    .containsExactly(new StopRun(given.of(PROCESS).id(), StopReason.TIMED_OUT));
            assertThat(next(given, PROCESS)).isEmpty();
        }

        @Test
        void itsFollowerHasAMomentToReadItsEnd() {
            given.running().leased(Duration.ofHours(3)).at(GivenSession.RUN_TIMEOUT);
            given.processStopped();

            assertThat(next(given)).isEmpty();
            assertThat(until(given)).isEqualTo(given.now().plus(Decisions.DRAIN));
            assertThat(actions(given.later(Decisions.DRAIN)))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            EndRun.class, end -> assertThat(end.end()).isEqualTo(RunStatus.FAILED));
        }

        @Test
        void aThirdOfTheLeaseIsUsedBeforeTheSandboxIsExtended() {
            given.running().later(GivenSession.LEASE.dividedBy(3));

            assertThat(next(given)).containsExactly(ExtendSandbox.class);
            assertThat(next(given, SANDBOX)).isEmpty();
            assertThat(next(given.at(GivenSession.LEASE.dividedBy(3).minus(MOMENT))))
                    .isEmpty();
        }

        @Test
        void aSandboxIsExtendedByALease() {
            given.running().later(GivenSession.LEASE.dividedBy(3));

            Instant until = given.now().plus(SETTINGS.sandboxLease());
            assertThat(actions(given))
                    .containsExactly(new ExtendSandbox(given.of(SANDBOX).id(), SETTINGS.sandboxLease(), until));
        }

        @Test
        void aSandboxIsExtendedNoFurtherThanClosingAtTheEndTakes() {
            Duration left = MOMENT;
            idle.at(Duration.ZERO).leased(GivenSession.TTL).at(GivenSession.TTL.minus(left));

            Duration life = left.plus(SETTINGS.room());
            assertThat(actions(idle))
                    .containsExactly(new ExtendSandbox(
                            idle.of(SANDBOX).id(), life, idle.now().plus(life)));
        }

        @Test
        void aSandboxThatLastsToTheEndIsNotExtended() {
            Duration toTheEnd = GivenSession.TTL.plus(SETTINGS.room());

            assertThat(next(idle.leased(toTheEnd).at(GivenSession.TTL.minus(MOMENT))))
                    .isEmpty();
            idle.at(Duration.ZERO).leased(toTheEnd.minus(MOMENT)).at(GivenSession.TTL.minus(MOMENT));
            assertThat(next(idle)).containsExactly(ExtendSandbox.class);
        }

        @Test
        void aSandboxIsNotExtendedForClosingWhichItsLeaseAlwaysOutlasts() {
            Duration leftAtTheLatest = SETTINGS.sandboxLease().multipliedBy(2).dividedBy(3);

            assertThat(leftAtTheLatest).isGreaterThanOrEqualTo(SETTINGS.room());
            given.running().cancelled();
            assertThat(next(given.later(GivenSession.LEASE.minus(MOMENT)))).doesNotContain(ExtendSandbox.class);
        }

        @Test
        void anIdleSessionWaitsForItsEnd() {
            assertThat(next(idle)).isEmpty();
        }

        @Test
        void everyOpenSessionExpires() {
            for (GivenSession open : List.of(GivenSession.queued().begun(), given.running(), idle)) {
                assertThat(actions(open.at(GivenSession.TTL)))
                        .containsExactly(new Conclude(open.session().id(), Cause.EXPIRED, null));
            }
        }
    }

    @Nested
    class Closing {

        @Test
        void whatWasStillQueuedClosesAtOnce() {
            assertThat(next(given.cancelled())).containsExactly(Close.class);
        }

        @Test
        void whatNeverMadeAnythingClosesAtOnce() {
            assertThat(next(given.begun().cancelled())).containsExactly(Close.class);
        }

        @Test
        void whatOpeningWaitedForDoesNotHoldUpClosing() {
            given.running().postponed(SANDBOX, Duration.ofHours(1)).postponed(PROCESS, Duration.ofHours(1));
            given.cancelled();

            assertThat(next(given)).containsExactly(StopRun.class);
            given.processStopped().runEnded().flushed(true).settled();
            assertThat(next(given)).contains(DestroySandbox.class);
        }

        @Test
        void theAgentIsStoppedBeforeAnythingElse() {
            given.running().cancelled();

            assertThat(actions(given))
                    .containsExactly(new StopRun(given.of(PROCESS).id(), StopReason.CLOSING));
            assertThat(next(given, PROCESS)).isEmpty();
        }

        @Test
        void aRunThatIsBeingStartedIsStoppedOnceItsStartHasAnswered() {
            given.prepared().intended(PROCESS).cancelled();

            assertThat(next(given, PROCESS)).isEmpty();
            assertThat(next(given)).containsExactly(StopRun.class);
        }

        @Test
        void aRunThatCannotBeStoppedInTimeIsGivenUp() {
            given.running().cancelled().later(SETTINGS.stopTimeout().minus(MOMENT));
            assertThat(next(given, PROCESS)).isEmpty();
            assertThat(until(given, PROCESS)).isEqualTo(given.now().plus(MOMENT));

            assertThat(actions(given.later(MOMENT), PROCESS))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            EndRun.class, end -> assertThat(end.end()).isEqualTo(RunStatus.CANCELLED));
        }

        @Test
        void theFollowerOfAStoppedRunHasAMomentToReadItsEnd() {
            given.running().cancelled().processStopped();

            assertThat(next(given)).isEmpty();
            assertThat(until(given)).isEqualTo(given.now().plus(Decisions.DRAIN));
            assertThat(next(given.later(Decisions.DRAIN))).containsExactly(EndRun.class);
        }

        @Test
        void theMountIsFlushedWhenTheAgentHasEnded() {
            assertThat(next(given.running().exited(0))).containsExactly(Flush.class);
            assertThat(next(given, MOUNT)).isEmpty();
        }

        @Test
        void aMountThatDoesNotEndInTimeIsGivenUp() {
            given.running().exited(0).later(SETTINGS.flushTimeout().minus(MOMENT));
            assertThat(until(given, MOUNT)).isEqualTo(given.now().plus(MOMENT));

            assertThat(next(given.later(MOMENT), MOUNT)).containsExactly(GiveUpFlush.class);
        }

        @Test
        void aMountThatNoAgentUsedIsNotFlushed() {
            given.prepared().cancelled();

            assertThat(next(given, MOUNT)).isEmpty(); // it is being prepared
            assertThat(next(given)).containsExactly(DropUnusedMount.class);
            assertThat(next(given.later(SETTINGS.stopTimeout()), MOUNT)).containsExactly(DropUnusedMount.class);
        }

        @Test
        void theWorkspaceIsReadBackBeforeTheSandboxIsDestroyed() {
            assertThat(next(given.running().exited(0).flushed(true))).containsExactly(SettleWorkspace.class);
        }

        @Test
        void aWorkspaceThatCannotBeReadBackDelaysNothingThatCosts() {
            given.running()
                    .exited(0)
                    .flushed(true)
                    .later(SETTINGS.verifyTimeout().minus(MOMENT));
            assertThat(next(given, WORKSPACE)).isEmpty();
            assertThat(until(given, WORKSPACE)).isEqualTo(given.now().plus(MOMENT));

            assertThat(next(given.later(MOMENT)))
                    .containsExactly(SettleWorkspace.class, DestroySandbox.class, RevokeCredential.class);
        }

        @Test
        void whatCannotBePublishedIsLeftAsItIs() {
            given.running().exited(0).flushed(true).destroyed().revoked();
            given.later(SETTINGS.publishTimeout().minus(MOMENT));
            assertThat(next(given, WORKSPACE)).isEmpty();

            assertThat(next(given.later(MOMENT), WORKSPACE)).containsExactly(GiveUpSettling.class);
        }

        @Test
        void sandboxAndCredentialAreReleasedSideBySide() {
            given.running().exited(0).flushed(true).settled();

            assertThat(next(given)).containsExactly(DestroySandbox.class, RevokeCredential.class);
            assertThat(next(given, SANDBOX)).containsExactly(RevokeCredential.class);
            assertThat(next(given, CREDENTIAL)).containsExactly(DestroySandbox.class);
            assertThat(next(given.postponed(SANDBOX, Duration.ofHours(1)))).containsExactly(RevokeCredential.class);
        }

        @Test
        void aSandboxThatMayOrMayNotBeThereIsLookedFor() {
            given.begun().intended(SANDBOX).cancelled();

            assertThat(next(given, SANDBOX)).isEmpty();
            assertThat(next(given)).containsExactly(LookForSandbox.class);
        }

        @Test
        void aLostCredentialIsLookedForWhileTheAgentIsStillBeingStopped() {
            given.running();
            given.session().wantAnotherCredential(given.ids());
            given.intended(CREDENTIAL).cancelled();

            assertThat(next(given)).containsExactly(LookForCredential.class, StopRun.class);
        }

        @Test
        void withoutItsSandboxNothingCanBeStoppedOrFlushed() {
            given.running().sandboxLost();

            assertThat(next(given)).containsExactly(GiveUpFlush.class);
            assertThat(next(given.flushed(false))).containsExactly(SettleWorkspace.class);
            assertThat(next(given.settled())).containsExactly(DestroySandbox.class, RevokeCredential.class);
        }

        @Test
        void itClosesWhenEverythingIsProvedGone() {
            given.running().exited(0).flushed(true).settled().destroyed();
            assertThat(next(given)).containsExactly(RevokeCredential.class);
            assertThat(next(given, CREDENTIAL)).isEmpty();

            assertThat(next(given.revoked())).containsExactly(Close.class);
        }

        @Test
        void whileTheWorkspaceIsNotSettledItDoesNotClose() {
            given.running().exited(0).flushed(true).destroyed().revoked();

            assertThat(next(given)).containsExactly(SettleWorkspace.class);
        }

        @Test
        void aClosedSessionIsDone() {
            given.cancelled().closed();

            assertThat(Decisions.next(given.session(), Set.of(), Capacity.NOT_ASKED, SETTINGS, given.now()))
                    .isEqualTo(new Next.Done());
        }
    }

    @Nested
    class Hastened {

        @Test
        void theAgentIsNotWaitedFor() {
            assertThat(next(given.running().cancelled().hastened(), PROCESS)).containsExactly(EndRun.class);
        }

        @Test
        void theMountIsNotWaitedFor() {
            given.running().cancelled().hastened().runEnded();

            assertThat(next(given, MOUNT)).containsExactly(GiveUpFlush.class);
        }

        @Test
        void theWorkspaceIsReadBackWhileAllIsReleased() {
            given.running().cancelled().hastened().runEnded().flushed(false);

            assertThat(next(given))
                    .containsExactly(SettleWorkspace.class, DestroySandbox.class, RevokeCredential.class);
        }
    }

    // ---- how it reads --------------------------------------------------------------------------------------------

    /** The kinds of the next actions; none when it waits. */
    private List<Class<?>> next(GivenSession given, ResourceKind... busy) {
        return actions(given, busy).stream().<Class<?>>map(Object::getClass).toList();
    }

    private List<Action> actions(GivenSession given, ResourceKind... busy) {
        return switch (decided(given, busy)) {
            case Next.Act(List<Action> actions, Instant until) -> actions;
            case Next.Wait(Instant until) -> List.of();
            case Next.Done() -> throw new AssertionError("nothing is left to do");
        };
    }

    /** When it looks again, whatever it does until then. */
    private Instant until(GivenSession given, ResourceKind... busy) {
        return switch (decided(given, busy)) {
            case Next.Act(List<Action> actions, Instant until) -> until;
            case Next.Wait(Instant until) -> until;
            case Next.Done() -> throw new AssertionError("nothing is left to do");
        };
    }

    private Next decided(GivenSession given, ResourceKind... busy) {
        Set<UUID> underWay =
                Arrays.stream(busy).map(kind -> given.of(kind).id()).collect(Collectors.toSet());
        return Decisions.next(given.session(), underWay, capacity, SETTINGS, given.now());
    }
}
