package dev.caprock.session;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions a page holds; null means any.
 *
 * @param label labels that the session has, all of them
 */
public record SessionFilter(
        @Nullable SessionStatus status,
        @Nullable String provider,
        @Nullable Map<String, String> label) {

    public static final SessionFilter ANY = new SessionFilter(null, null, null);
}
