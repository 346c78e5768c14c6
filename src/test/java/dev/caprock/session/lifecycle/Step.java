package dev.caprock.session.lifecycle;

/**
 * Something that a replica does and another can see.
 *
 * @param action for what: an action's name, or who else does it
 */
record Step(Kind kind, String action, String what) {

    enum Kind {
        /** A transaction. */
        COMMIT,
        /** A request to a remote and its answer. */
        EXCHANGE
    }

    @Override
    public String toString() {
        return action + ": " + what;
    }
}
