package dev.caprock.session;

/** Where the agent's edits go. */
public enum Isolation {
    /** To a bookmark of the session's own. */
    BRANCH,
    /** To the base bookmark itself. */
    DIRECT
}
