package dev.caprock.journal;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something to append to a session's journal.
 *
 * @param type one of the event types of the REST contract
 * @param run the run that it is about, or null where it is about the session
 * @param data what JSON can hold; never a secret
 */
public record Entry(String type, @Nullable UUID run, Map<String, Object> data) {

    public Entry {
        if (type.isBlank()) {
            throw new IllegalArgumentException("type of an entry must not be blank");
        }
    }
}
