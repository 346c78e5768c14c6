package dev.caprock.session;

import java.util.Locale;

/** What of a session exists outside of Caprock. */
public enum ResourceKind {
    /** The credential that the mount uses. */
    CREDENTIAL,
    /** The session's own bookmark and change. */
    WORKSPACE,
    SANDBOX,
    /** The mounted file system in the sandbox. */
    MOUNT,
    /** The agent's process in the sandbox, one per run. */
    PROCESS;

    /** As callers read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
