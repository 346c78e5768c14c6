package dev.caprock.sandbox;

/** Positions in a run's two output files, in bytes from their start. */
public record Offsets(long stdout, long stderr) {

    public static final Offsets START = new Offsets(0, 0);
}
