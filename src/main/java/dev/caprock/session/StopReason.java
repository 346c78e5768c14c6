package dev.caprock.session;

/** Why we stop a run before it ends by itself. */
public enum StopReason {
    CLOSING,
    TIMED_OUT,
    /** Its caller asked for it; the session stays. */
    CANCELLED
}
