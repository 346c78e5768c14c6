package dev.caprock.sandbox.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.simulator.e2b.E2bSimulator;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sandbox lives for as long as it was last told to, and not longer, by the simulator's clock. */
@Timeout(60)
class DeadMansSwitchTests {

    private static final Duration LIFE = E2bTests.wanted().life();
    private static final Duration MOMENT = Duration.ofSeconds(5);

    private final E2bSimulator simulator = E2bSimulator.start(dev.caprock.simulator.e2b.E2bSettings.of(E2bTests.KEY));
    private final E2bProvider e2b = E2bProvider.open(new Remotes(), E2bTests.settings(simulator.apiUrl()));
    private final Sandbox sandbox = e2b.create(E2bTests.wanted());

    @AfterEach
    void close() {
        simulator.close();
    }

    private boolean lives() {
        return e2b.get(sandbox.id()).isPresent();
    }

    @Test
    void whatNobodyExtendsEndsByItself() {
        simulator.advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();

        simulator.advance(MOMENT);
        assertThat(lives()).isFalse();
        assertThat(simulator.ledger().live()).isEmpty();
    }

    @Test
    void anExtensionCountsFromItsOwnTimeAndEndsToo() {
        simulator.advance(LIFE.minus(MOMENT));
        e2b.extend(sandbox, LIFE);

        simulator.advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        simulator.advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void aShorterExtensionTakesNothingAway() {
        e2b.extend(sandbox, Duration.ofSeconds(20));

        simulator.advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
    }

    @Test
    void anExtensionWhoseAnswerWasLostMayBeRepeated() {
        simulator.advance(LIFE.minus(MOMENT));
        simulator.faults().on(Operation.REFRESH).then(new Effect.Drop(true));
        assertThatThrownBy(() -> e2b.extend(sandbox, LIFE)).isInstanceOf(RemoteFailure.Unknown.class);
        e2b.extend(sandbox, LIFE);

        simulator.advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        simulator.advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void extensionsAtOnceDoNotAddUp() {
        var extensions = Stream.generate(() -> CompletableFuture.runAsync(() -> e2b.extend(sandbox, LIFE)))
                .limit(4)
                .toList();
        extensions.forEach(CompletableFuture::join);

        simulator.advance(LIFE.minus(MOMENT));
        assertThat(lives()).isTrue();
        simulator.advance(MOMENT);
        assertThat(lives()).isFalse();
    }

    @Test
    void whatHasEndedIsNotBroughtBack() {
        simulator.advance(LIFE);

        assertThatThrownBy(() -> e2b.extend(sandbox, LIFE))
                .isInstanceOfSatisfying(
                        RemoteFailure.Rejected.class,
                        gone -> assertThat(gone.code()).isEqualTo("sandbox_gone"));
        assertThat(simulator.ledger().live()).isEmpty();
    }
}
