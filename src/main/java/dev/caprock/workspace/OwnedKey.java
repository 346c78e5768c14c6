package dev.caprock.workspace;

import java.time.Instant;
import java.util.Map;

/**
 * A live key as Mesa lists it.
 *
 * @param name what it can be found by ({@link Workspaces#mint})
 * @param createdAt by Mesa's clock
 */
public record OwnedKey(String id, String name, Map<String, String> tags, Instant createdAt) {

    public OwnedKey {
        tags = Map.copyOf(tags);
    }
}
