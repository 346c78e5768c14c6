package dev.caprock.session;

/** What becomes of the session's own bookmark when it succeeds. */
public enum Publish {
    /** It is merged into the base bookmark. */
    MERGE,
    /** It stays. */
    NONE
}
