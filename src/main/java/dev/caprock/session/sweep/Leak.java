package dev.caprock.session.sweep;

import dev.caprock.session.ResourceKind;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something outside that costs or opens what it should not, or may.
 *
 * @param id of the row that says so; the newest sorts last
 * @param session null where it is unknown
 * @param account who has it; null where nobody was asked yet
 * @param externalId null where it is unknown whether there is one
 * @param since when its session began to close, when it was found, or when its session let go of it
 * @param until when it ends by itself; null where that is unknown
 * @param attempts how often ending it failed
 * @param lastError why; null when it did not
 */
public record Leak(
        UUID id,
        Type type,
        @Nullable UUID session,
        ResourceKind resource,
        @Nullable String account,
        @Nullable String externalId,
        Instant since,
        @Nullable Instant until,
        int attempts,
        @Nullable String lastError) {

    /** Why it is owed. */
    public enum Type {
        /** Its session has been closing for too long. */
        RELEASE_OVERDUE,
        /** The sweep found it, and no session explains it. */
        UNEXPLAINED,
        /** A credential that nobody can revoke; it ends by itself. */
        CREDENTIAL_OUTLIVES
    }
}
