package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Thousands of sessions that meet every misfortune in a random order. A failure names the seed; run it alone to follow it. */
class RandomLifeTest {

    private static final int SEEDS = 4_000;
    private static final int TURNS_OF_MISFORTUNE = 120;
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int TURNS_TO_THE_END = 1_000;

    @Test
    void everySessionClosesAndLeavesNothingBehind() {
        int succeeded = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            succeeded += live(seed).succeeded() ? 1 : 0;
        }
        assertThat(succeeded).as("lives that went well").isGreaterThan(SEEDS / 50);
    }

    /** Whatever a session is about: an outage of an hour makes no storm, and what is owed is released when it is over. */
    @Test
    void afterALongOutageWhatIsOwedIsReleasedSoonAndWithoutAStorm() {
        for (long seed = 1; seed <= SEEDS / 10; seed++) {
            var life = new RandomLife(seed);
            try {
                for (int turn = 0; turn < seed % TURNS_OF_MISFORTUNE && !life.isOver(); turn++) {
                    life.turn();
                }
                assertThat(life.outage(Duration.ofHours(1)))
                        .as("calls in an hour")
                        .isLessThan(1_000);
                boolean closing = life.isClosing();
                life.steadilyFor(closing ? SOON : Duration.ofDays(1));
                life.checkTheEnd();
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed %d%n%s".formatted(seed, life.story()), failure);
            }
        }
    }

    private static RandomLife live(long seed) {
        var life = new RandomLife(seed);
        try {
            for (int turn = 0; turn < TURNS_OF_MISFORTUNE && !life.isOver(); turn++) {
                life.turn();
            }
            life.endMisfortune();
            for (int turn = 0; turn < TURNS_TO_THE_END && !life.isOver(); turn++) {
                life.turn();
            }
            life.checkTheEnd();
            return life;
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed %d%n%s".formatted(seed, life.story()), failure);
        }
    }
}
