package dev.caprock.session;

/** Why a session began to close: the first committed fact, never rewritten. */
public enum Cause {
    /** Its last run succeeded; the outcome is fixed once the workspace is flushed and published. */
    COMPLETED,
    FAILED,
    CANCELLED,
    EXPIRED
}
