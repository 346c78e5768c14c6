package dev.caprock.session.sweep;

import dev.caprock.session.ResourceKind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that was left behind, until it is proved gone.
 *
 * @param session whose it is, as its tag says; null when that is unknown
 */
record Find(
        UUID id,
        ResourceKind kind,
        String account,
        String externalId,
        @Nullable UUID session) {}
