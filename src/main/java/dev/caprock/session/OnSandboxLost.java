package dev.caprock.session;

/** What becomes of a session whose sandbox ends without us. */
public enum OnSandboxLost {
    /** It fails. */
    FAIL,
    /** Once the lost sandbox is proved gone it gets another one, and the run that was under way starts again in it. */
    REPLACE
}
