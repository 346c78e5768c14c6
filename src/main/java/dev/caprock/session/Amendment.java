package dev.caprock.session;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants to be otherwise with a session.
 *
 * @param labels null to leave them as they are
 * @param expiresAt when it closes at the latest; null to leave that as it is
 */
public record Amendment(@Nullable Labels labels, @Nullable Instant expiresAt) {

    /** The most labels that a session may have. */
    public static final int MOST_LABELS = 32;

    /**
     * A change of labels.
     *
     * @param anew whether those that are not set go
     * @param set added, or given another value
     * @param removed may name what is not there
     */
    public record Labels(boolean anew, Map<String, String> set, Set<String> removed) {

        public Labels {
            set = Map.copyOf(set);
            removed = Set.copyOf(removed);
        }

        Map<String, String> of(Map<String, String> before) {
            var after = new HashMap<String, String>(anew ? Map.of() : before);
            after.keySet().removeAll(removed);
            after.putAll(set);
            return after;
        }
    }
}
