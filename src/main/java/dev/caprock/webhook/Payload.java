package dev.caprock.webhook;

import dev.caprock.id.PublicId;
import dev.caprock.journal.Entry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a receiver is sent: what happened, when, and to whom. It asks for the rest, and so sees what is true by then. */
final class Payload {

    /** What is copied from an event: words and numbers of ours, nothing that a sandbox or a person wrote. */
    private static final List<String> TOLD = List.of("status", "outcome", "code", "exitCode", "number");

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Payload() {}

    static String of(UUID session, long seq, Instant at, Entry entry) {
        var data = new LinkedHashMap<String, Object>();
        data.put("sessionId", PublicId.SESSION.text(session));
        if (entry.run() != null) {
            data.put("runId", PublicId.RUN.text(entry.run()));
        }
        data.put("seq", seq);
        TOLD.stream()
                .filter(entry.data()::containsKey)
                .forEach(name -> data.put(name, entry.data().get(name)));
        return text(entry.type(), at, data);
    }

    static String ofTest(UUID webhook, Instant at) {
        return text(EventType.TEST, at, Map.of("webhookId", PublicId.WEBHOOK.text(webhook)));
    }

    private static String text(String type, Instant at, Map<String, Object> data) {
        var payload = new LinkedHashMap<String, Object>();
        payload.put("type", type);
        payload.put("timestamp", at.truncatedTo(ChronoUnit.MICROS).toString()); // as the journal has it
        payload.put("data", data);
        return MAPPER.writeValueAsString(payload);
    }
}
