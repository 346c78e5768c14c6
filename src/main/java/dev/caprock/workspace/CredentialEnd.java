package dev.caprock.workspace;

import java.time.Instant;

/** What ending a credential came to. */
public sealed interface CredentialEnd {

    /** It is dead: Mesa refused it. */
    record Refused() implements CredentialEnd {}

    /** It was revoked, and still works. End it again. */
    record StillWorks() implements CredentialEnd {}

    /**
     * Nobody can end it before its time. Nothing was called.
     *
     * @param until when it ends by itself; may be past
     */
    record Outlives(Instant until) implements CredentialEnd {}
}
