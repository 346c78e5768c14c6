package dev.caprock.audit;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text as PostgreSQL can hold it. A caller's odd request id or subject must neither prevent a record nor hash to something else
 * than what is stored.
 */
final class Storable {

    private Storable() {}

    /** NUL becomes U+FFFD, and half a surrogate pair a question mark. */
    static String text(String value) {
        var encodable = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        return encodable.replace('\0', '\uFFFD');
    }

    static @Nullable String optional(@Nullable String value) {
        return value == null ? null : text(value);
    }
}
