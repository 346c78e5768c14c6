package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What meters tell of a remote that is not well. Nothing is sent, and time is turned by hand. */
class RemoteMetersTest {

    /** Of the default settings. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int MINIMUM_CALLS = 20;

    private final TurnedClock clock = new TurnedClock();
    private final Remotes remotes = new Remotes(clock);
    private final Remote remote = remotes.named("stub");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeEach
    void bind() {
        new RemoteMeters(remotes).bindTo(meters);
    }

    @Test
    void aBreakerIsInOneStateAtATime() {
        assertThat(breaker()).isEqualTo("100");
        for (int i = 0; i < MINIMUM_CALLS; i++) {
            refused(Purpose.WORK, 502, null);
        }
        assertThat(breaker()).isEqualTo("010");
        clock.turn(PAUSE.plusMillis(1));
        assertThat(breaker()).as("nobody has called since").isEqualTo("001");
    }

    @Test
    void aHoldIsCountedAndRunsOut() {
        refused(Purpose.CREATE, 429, Duration.ofSeconds(30));

        assertThat(held("create")).isEqualTo(30);
        assertThat(held("work")).isZero();
        assertThat(meters.get("caprock.remote.holds").functionCounter().count()).isEqualTo(1);
        clock.turn(Duration.ofSeconds(31));
        assertThat(held("create")).isZero();
    }

    private String breaker() {
        return state("closed") + state("open") + state("half_open");
    }

    private String state(String state) {
        return Integer.toString((int) meters.get("caprock.remote.breaker")
                .tags("remote", "stub", "state", state)
                .gauge()
                .value());
    }

    private double held(String purpose) {
        return meters.get("caprock.remote.held")
                .tag("purpose", purpose)
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    private void refused(Purpose purpose, int status, @Nullable Duration retryAfter) {
        assertThatThrownBy(() -> remote.call(purpose, "call", () -> {
                    throw new RemoteFailure.Busy("stub", "call", status, "busy", "busy", retryAfter, null);
                }))
                .isInstanceOf(RemoteFailure.Busy.class);
    }
}
