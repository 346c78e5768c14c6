package dev.caprock.workspace;

import dev.caprock.sandbox.CommandResult;

/** What preparing a sandbox came to. The command's standard error says more, for a person. */
public enum PrepareEnd {
    PREPARED,
    /** Something is missing, and the default user may not become root: install as root, then prepare again. */
    NEEDS_ROOT,
    /** An installation or the mount failed. The environment file is gone: upload it again with a new attempt. */
    FAILED,
    /** The environment file did not arrive in time. */
    NO_CREDENTIAL,
    /** The mount of the default user is seen by its own command alone; it was ended again. Have root mount. */
    UNSEEN,
    /** The detached work died, and said nothing. Prepare again, from phase line 0. */
    DIED,
    /** The script did not say. Prepare again, from the phase lines seen. */
    UNCLEAR;

    /** Reads the answer of any preparing of {@link Mount}'s. */
    public static PrepareEnd of(CommandResult result) {
        return switch (result.exitCode()) {
            case 0 -> PREPARED;
            case 20 -> NEEDS_ROOT;
            case 21 -> FAILED;
            case 22 -> NO_CREDENTIAL;
            case 25 -> UNSEEN;
            case 75 -> DIED;
            default -> UNCLEAR;
        };
    }
}
