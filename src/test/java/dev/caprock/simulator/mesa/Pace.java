package dev.caprock.simulator.mesa;

/**
 * How often a mount looks at its two sides, counted in rounds of 60 ms: often while edits come, seldom while nothing
 * happens, so that hundreds of idle mounts cost little.
 */
final class Pace {
    private static final int CALM_AFTER = 16;

    private int round = -1;
    private int lastStir;

    void nextRound() {
        round++;
    }

    /** Something was edited on one of the sides. */
    void stir() {
        lastStir = round;
    }

    /** Whether it is time to look at the folder: each round, or twice a second. */
    boolean scans() {
        return round % (calm() ? 8 : 1) == 0;
    }

    /** Whether it is time to ask the server: four times a second, or once. */
    boolean pulls() {
        return round % (calm() ? 16 : 4) == 0;
    }

    private boolean calm() {
        return round - lastStir > CALM_AFTER;
    }
}
