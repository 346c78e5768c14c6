package dev.caprock.remote;

import static dev.caprock.remote.Purpose.CREATE;
import static dev.caprock.remote.Purpose.LOOK;
import static dev.caprock.remote.Purpose.RELEASE;
import static dev.caprock.remote.Purpose.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds a call back, and what does not. Nothing is sent, and time is turned by hand. */
class GuardsTest {

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final TurnedClock clock = new TurnedClock();
    private final Remote remote = remote(new RemoteSettings.Breaker(4, 4, 50, LONGEST, 100, PAUSE, 2));

    @Nested
    class ABreaker {

        @Test
        void opensAfterFailuresAndSaysForHowLong() {
            failing(4);

            var held = refusal(WORK);

            assertThat(held.code()).isEqualTo("breaker_open");
            assertThat(held.retryAfter()).isEqualTo(PAUSE);
            assertThat(remote.standing().breaker()).isEqualTo(Standing.Breaker.OPEN);
            assertThat(remote.standing().busyFor()).isEqualTo(PAUSE);
        }

        @Test
        void isTriedAfterItsPauseAndCloses() {
            failing(4);
            clock.turn(PAUSE.plus(MOMENT));

            assertThat(remote.standing().breaker()).isEqualTo(Standing.Breaker.HALF_OPEN);
            assertThat(remote.standing().free()).isEqualTo(1);
            assertThat(passes(WORK)).isTrue();
            assertThat(passes(WORK)).isTrue();

            assertThat(remote.standing().breaker()).isEqualTo(Standing.Breaker.CLOSED);
            assertThat(remote.standing().isUsable()).isTrue();
        }

        @Test
        void opensAgainWhenTheTrialsFail() {
            failing(4);
            clock.turn(PAUSE.plus(MOMENT));
            failing(2);

            assertThat(refusal(WORK).retryAfter()).isEqualTo(PAUSE);
        }

        @Test
        void doesNotHoldUpWhatReleases() {
            failing(4);

            assertThat(passes(RELEASE)).isTrue();
            assertThat(passes(LOOK)).isFalse();
        }

        @Test
        void letsReleasesThroughWhenAllItsTrialsAreUnderWay() {
            failing(4);
            clock.turn(PAUSE.plus(MOMENT));

            during(WORK, () -> {
                during(CREATE, () -> {
                    assertThat(passes(LOOK)).as("a trial too many").isFalse();
                    assertThat(passes(RELEASE)).isTrue();
                });
            });
        }

        @Test
        void mindsNeitherRefusalsNorBeingToldThatWeAreHasty() {
            for (int i = 0; i < 10; i++) {
                fail(WORK, new RemoteFailure.Rejected("stub", "work", 404, "", "no"));
                fail(WORK, busy(429, null));
            }

            assertThat(passes(WORK)).isTrue();
        }

        @Test
        void opensOverCallsThatAreSlow() {
            var hurried = remote(new RemoteSettings.Breaker(2, 2, 50, Duration.ofNanos(1), 50, PAUSE, 1));

            hurried.call("work", () -> "slow enough");
            hurried.call("work", () -> "slow enough");

            assertThat(hurried.standing().breaker()).isEqualTo(Standing.Breaker.OPEN);
        }
    }

    @Nested
    class WhatItSays {

        @Test
        void toOneCreateHoldsAllCreatesAndNothingElse() {
            fail(CREATE, busy(429, Duration.ofSeconds(30)));

            var held = refusal(CREATE);
            assertThat(held.code()).isEqualTo("held");
            assertThat(held.retryAfter()).isEqualTo(Duration.ofSeconds(30));
            assertThat(remote.standing().busyFor()).isEqualTo(Duration.ofSeconds(30));
            assertThat(passes(WORK)).isTrue();
            assertThat(passes(RELEASE)).isTrue();
        }

        @Test
        void isOverWhenItsTimeIs() {
            fail(CREATE, busy(429, Duration.ofSeconds(30)));
            clock.turn(Duration.ofSeconds(30));

            assertThat(passes(CREATE)).isTrue();
            assertThat(remote.standing().isUsable()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(names = {"WORK", "LOOK"})
        void toAnythingElseHoldsAllButWhatReleases(Purpose told) {
            fail(told, busy(429, Duration.ofSeconds(30)));

            assertThat(passes(CREATE)).isFalse();
            assertThat(passes(WORK)).isFalse();
            assertThat(passes(LOOK)).isFalse();
            assertThat(passes(RELEASE)).isTrue();
        }

        @Test
        void toACreateOfItselfAsAWholeHoldsAllButWhatReleases() {
            fail(CREATE, busy(503, Duration.ofSeconds(30)));

            assertThat(passes(WORK)).isFalse();
            assertThat(passes(RELEASE)).isTrue();
        }

        @Test
        void toAReleaseHoldsThatToo() {
            fail(RELEASE, busy(429, Duration.ofSeconds(3)));

            assertThat(passes(RELEASE)).isFalse();
            assertThat(passes(WORK)).isFalse();
            clock.turn(Duration.ofSeconds(3));
            assertThat(passes(RELEASE)).isTrue();
        }

        @Test
        void withoutATimeRestsCreatesAlone() {
            fail(CREATE, busy(429, null));

            assertThat(refusal(CREATE).retryAfter()).isEqualTo(REST);
            assertThat(passes(WORK)).isTrue();
            clock.turn(REST);
            assertThat(passes(CREATE)).isTrue();
        }

        @Test
        void withoutATimeAgainRestsThemTwiceAsLongAndThenOneAsks() {
            fail(CREATE, busy(429, null));
            clock.turn(REST);
            fail(CREATE, busy(429, null));

            assertThat(refusal(CREATE).retryAfter()).isEqualTo(REST.multipliedBy(2));
            clock.turn(REST.multipliedBy(2));
            assertThat(remote.standing().free()).isEqualTo(1);
        }

        @Test
        void withoutATimeIsOverWhenSomethingWasReleased() {
            fail(CREATE, busy(429, null));

            assertThat(passes(RELEASE)).isTrue();

            assertThat(passes(CREATE)).isTrue();
        }

        @Test
        void isHeededForNoLongerThanIsConfigured() {
            fail(WORK, busy(503, Duration.ofDays(11)));

            assertThat(refusal(WORK).retryAfter()).isEqualTo(LONGEST);
        }

        @Test
        void ofOneSandboxHoldsNothing() {
            fail(WORK, busy(502, Duration.ofSeconds(30)));

            assertThat(passes(WORK)).isTrue();
        }
    }

    @Nested
    class Places {

        @Test
        void areRefusedAtOnceWhenAllAreTaken() {
            during(WORK, () -> {
                assertThat(refusal(WORK).code()).isEqualTo("bulkhead_full");
            });

            assertThat(passes(WORK)).isTrue();
        }

        @Test
        void ofWorkAreNotTakenByCreates() {
            during(CREATE, () -> {
                assertThat(passes(CREATE)).isFalse();
                assertThat(remote.standing().reason()).isEqualTo("too many are being made at once");
                assertThat(passes(WORK)).isTrue();
            });
        }

        @Test
        void areKeptForWhatLooksAndReleases() {
            during(WORK, () -> {
                assertThat(passes(LOOK)).isTrue();
                assertThat(passes(RELEASE)).isTrue();
            });
        }

        @Test
        void areGivenBackWhenACallFails() {
            fail(WORK, busy(502, null));

            assertThat(passes(WORK)).isTrue();
        }
    }

    @Nested
    class ARate {

        private final Remote limited = new Remotes(settings(RemoteSettings.DEFAULTS.breaker()), clock)
                .named("limited", new Rate(2, Duration.ofHours(1)));

        @Test
        void isKeptByCreatesAlone() {
            limited.call(CREATE, "create", () -> "");
            assertThat(limited.standing().free()).isEqualTo(1);
            limited.call(CREATE, "create", () -> "");

            var held = catchThrowableOfType(
                    RemoteFailure.Busy.class, () -> limited.call(CREATE, "create", () -> "too many"));

            assertThat(held.code()).isEqualTo("rate_limited");
            assertThat(limited.standing().brief()).isTrue();
            assertThat(limited.call(WORK, "work", () -> "passes")).isEqualTo("passes");
        }
    }

    // ---- how it reads --------------------------------------------------------------------------------------------

    private Remote remote(RemoteSettings.Breaker breaker) {
        return new Remotes(settings(breaker), clock).named("stub");
    }

    /** One place of each kind. */
    private static RemoteSettings settings(RemoteSettings.Breaker breaker) {
        return new RemoteSettings(PAUSE, 1, 1, 1, REST, LONGEST, true, breaker, Map.of());
    }

    private boolean passes(Purpose purpose) {
        try {
            return remote.call(purpose, "call", () -> true);
        } catch (RemoteFailure.Busy held) {
            return false;
        }
    }

    private RemoteFailure.Busy refusal(Purpose purpose) {
        return catchThrowableOfType(
                RemoteFailure.Busy.class, () -> remote.call(purpose, "call", () -> "should not be sent"));
    }

    private void failing(int times) {
        for (int i = 0; i < times; i++) {
            fail(WORK, new RemoteFailure.Unknown("stub", "work", 500, "", "no answer", null));
        }
    }

    private void fail(Purpose purpose, RemoteFailure failure) {
        var thrown = catchThrowableOfType(
                RemoteFailure.class,
                () -> remote.call(purpose, "call", () -> {
                    throw failure;
                }));
        assertThat(thrown).isSameAs(failure);
    }

    /** While a call is under way. */
    private void during(Purpose purpose, Runnable check) {
        boolean ignored = remote.call(purpose, "call", () -> {
            check.run();
            return true;
        });
    }

    private static RemoteFailure.Busy busy(int status, @Nullable Duration retryAfter) {
        return new RemoteFailure.Busy("stub", "call", status, "", "busy", retryAfter, null);
    }
}
