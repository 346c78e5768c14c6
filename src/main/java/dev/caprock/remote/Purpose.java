package dev.caprock.remote;

/** What a call is for. It says which share of a remote's calls it may take, and what holds it back. */
public enum Purpose {

    /** Makes something that costs: has the smallest share and waits for the rate that the remote allows. */
    CREATE,

    /** All that is none of the others. */
    WORK,

    /** A short look that changes nothing: may take the share kept for releasing when its own is used up. */
    LOOK,

    /**
     * Ends what costs or leaks. It has a share of its own, and neither an open breaker nor what the remote said to other
     * calls holds it back; whoever releases waits longer after each failure anyway.
     */
    RELEASE
}
