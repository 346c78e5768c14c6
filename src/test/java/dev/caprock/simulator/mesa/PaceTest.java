package dev.caprock.simulator.mesa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int ROUNDS_OF_A_MINUTE = 1000;

    private final Pace pace = new Pace();

    @Test
    void anIdleMountAsksTheServerOnceASecond() {
        assertThat(pulls(false)).isBetween(60, 70);
    }

    @Test
    void aBusyMountAsksFourTimesASecond() {
        assertThat(pulls(true)).isEqualTo(ROUNDS_OF_A_MINUTE / 4);
    }

    @Test
    void anEditMakesAnIdleMountLookAtOnceAgain() {
        pulls(false);
        pace.stir();

        pace.nextRound();
        assertThat(pace.scans()).isTrue();
        pace.nextRound();
        assertThat(pace.scans()).isTrue();
    }

    private int pulls(boolean busy) {
        int pulls = 0;
        for (int i = 0; i < ROUNDS_OF_A_MINUTE; i++) {
            pace.nextRound();
            pulls += pace.pulls() ? 1 : 0;
            if (busy) {
                pace.stir();
            }
        }
        return pulls;
    }
}
