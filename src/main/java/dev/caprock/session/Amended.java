package dev.caprock.session;

/** What came of an {@link Amendment}. */
public sealed interface Amended {

    /** It is so now. */
    record Done(Session session) implements Amended {}

    /** Nothing changed: the session is not the one that the caller meant to change. */
    record Outdated(Session session) implements Amended {}

    /**
     * Nothing changed.
     *
     * @param field the one that cannot be had
     * @param code stable, machine-readable
     */
    record Refused(String field, String code, String reason) implements Amended {}
}
