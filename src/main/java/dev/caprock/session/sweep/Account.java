package dev.caprock.session.sweep;

import dev.caprock.session.ResourceKind;
import java.time.Duration;
import java.util.List;

/** An account at a remote that may hold things of this installation. Every call may fail as calls to remotes do. */
sealed interface Account permits KeyAccount, SandboxAccount {

    ResourceKind kind();

    /** As the rows of resources name it. */
    String name();

    /** The part of the name that names no one. */
    default String remote() {
        return remoteOf(name());
    }

    static String remoteOf(String account) {
        int slash = account.indexOf('/');
        return slash < 0 ? account : account.substring(0, slash);
    }

    /** The longest that one may take from its intent until it is there. */
    Duration longestCreate();

    /** All that carries the tag of this installation. */
    List<Thing> things();

    boolean isThere(String id);

    /** Ends it. Repeatable. */
    void end(String id);
}
