package dev.caprock.scenario;

import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event as a caller got it.
 *
 * @param seenAt when it came
 */
public record SeenEvent(long seq, String type, Instant at, JsonNode data, JsonNode envelope, Instant seenAt) {

    static SeenEvent of(JsonNode envelope, Instant seenAt) {
        return new SeenEvent(
                envelope.path("seq").longValue(),
                envelope.path("type").stringValue(""),
                Instant.parse(envelope.path("at").stringValue("")),
                envelope.path("data"),
                envelope,
                seenAt);
    }

    static SeenEvent parse(String json, Instant seenAt) {
        return of(JsonMapper.shared().readTree(json), seenAt);
    }

    /** A text of its data; empty if there is none of this name. */
    public String text(String name) {
        return data.path(name).stringValue("");
    }

    public boolean is(String wanted) {
        return type.equals(wanted);
    }

    /** Whether it says that the session is now of this status. */
    public boolean tells(String status) {
        return is("session.status") && text("status").equals(status);
    }
}
