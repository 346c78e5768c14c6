package dev.caprock.session;

/** What is known of a resource. */
public enum ResourceState {
    /** Known not to exist; it may be made. */
    ABSENT,
    /** A call that makes it was about to be sent; unless that call is under way now, whether it exists is unknown. */
    INTENDED,
    LIVE,
    /** It ended without us. */
    LOST,
    /** Proved gone, for good. */
    GONE
}
