package dev.caprock.simulator.e2b;

/** What becomes of a stream whose sandbox is killed or paused; the cloud has been seen to do both. */
public enum SandboxEnding {
    /** The connection closes. */
    CUT,
    /** An end-of-stream frame with {@code unavailable}. */
    UNAVAILABLE
}
