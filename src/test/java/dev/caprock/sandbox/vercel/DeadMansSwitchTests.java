package dev.caprock.sandbox.vercel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import dev.caprock.simulator.vercel.Effect;
import dev.caprock.simulator.vercel.LiveSandbox;
import dev.caprock.simulator.vercel.Operation;
import dev.caprock.simulator.vercel.VercelSimulator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sandbox lives for as long as it was last told to, though Vercel adds what it is told; by the simulator's clock. */
@Timeout(60)
class DeadMansSwitchTests {

    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final Duration MOMENT = Duration.ofSeconds(5);

    private final VercelSimulator simulator =
            VercelSimulator.start(dev.caprock.simulator.vercel.VercelSettings.of(VercelTests.TOKEN, "team_1", "prj_1"));
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource time = () -> Instant.now().plus(ahead);
    private final Clock clock = time.withZone(ZoneOffset.UTC);
    private final VercelProvider vercel = VercelProvider.open(new Remotes(), settings(), clock, VercelTests.NONE);
    private final Sandbox sandbox = vercel.create(VercelTests.wanted(null, null, null));

    private VercelSettings settings() {
        var patience = Duration.ofSeconds(20);
        return new VercelSettings(
                VercelTests.TOKEN,
                "team_1",
                "prj_1",
                simulator.url(),
                Flavour.RUNTIME,
                null,
                Duration.ofHours(1),
                patience,
                patience,
                List.of());
    }

    @AfterEach
    void close() {
        simulator.close();
    }

    private void advance(Duration duration) {
        ahead = ahead.plus(duration);
        simulator.advance(duration);
    }

    private boolean lives() {
        return simulator.ledger().live().stream().anyMatch(LiveSandbox::costs);
    }

    @Test
    void whatNobodyExtendsEndsByItself() {
        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();

        advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void anExtensionCountsFromItsOwnTimeAndEndsToo() {
        advance(LIFE.minus(MOMENT));
        vercel.extend(sandbox, LIFE);

        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void aShorterExtensionTakesNothingAway() {
        vercel.extend(sandbox, Duration.ofSeconds(20));

        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
    }

    @Test
    void anExtensionWhoseAnswerWasLostIsSeenAndNotMadeTwice() {
        advance(LIFE.minus(MOMENT));
        simulator.faults().on(Operation.EXTEND).then(new Effect.Drop(true));
        vercel.extend(sandbox, LIFE);

        assertThat(simulator.ledger().requests(Operation.EXTEND)).hasSize(1);
        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void anExtensionThatNeverArrivedIsUnknownAndMadeTheNextTime() {
        advance(LIFE.minus(MOMENT));
        simulator.faults().on(Operation.EXTEND).then(new Effect.Drop(false));
        assertThatThrownBy(() -> vercel.extend(sandbox, LIFE)).isInstanceOf(RemoteFailure.Unknown.class);
        vercel.extend(sandbox, LIFE);

        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    /** A replica that was thought dead may still be at it. What it adds is never asked for again, so that it ends too. */
    @Test
    void extensionsAtOnceAddUpToTwoLivesAtMost() {
        advance(LIFE.minus(MOMENT));
        var extensions = Stream.generate(() -> CompletableFuture.runAsync(() -> vercel.extend(sandbox, LIFE)))
                .limit(2)
                .toList();
        extensions.forEach(CompletableFuture::join);
        vercel.extend(sandbox, LIFE);

        advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        advance(LIFE.plus(MOMENT));
        assertThat(lives()).isFalse();
    }

    @Test
    void whatHasEndedIsNotBootedAgain() {
        advance(LIFE);

        assertThatThrownBy(() -> vercel.extend(sandbox, LIFE))
                .isInstanceOfSatisfying(
                        RemoteFailure.Rejected.class,
                        gone -> assertThat(gone.code()).isEqualTo("sandbox_gone"));
        assertThat(lives()).isFalse();
    }
}
