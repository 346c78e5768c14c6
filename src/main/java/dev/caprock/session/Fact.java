package dev.caprock.session;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that became so of a session. It is written to the journal and the audit chain in the transaction that made it
 * so.
 *
 * @param type from the closed vocabulary of events, for example {@code sandbox.created}
 */
public record Fact(String type, @Nullable UUID run, Map<String, Object> data) {

    public Fact {
        data = Map.copyOf(data);
    }
}
