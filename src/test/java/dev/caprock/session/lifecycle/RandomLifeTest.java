package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Thousands of sessions that meet every misfortune in a random order. A failure names the seed; run it alone to follow it. */
class RandomLifeTest {

    private static final int SEEDS = 4_000;
    private static final int TURNS_OF_MISFORTUNE = 120;
    private static final int TURNS_TO_THE_END = 1_000;

    @Test
    void everySessionClosesAndLeavesNothingBehind() {
        int succeeded = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            succeeded += live(seed).succeeded() ? 1 : 0;
        }
        assertThat(succeeded).as("lives that went well").isGreaterThan(SEEDS / 50);
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
