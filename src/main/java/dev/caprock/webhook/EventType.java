package dev.caprock.webhook;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The events that are offered: those that people automate on. All others are read from the session. */
enum EventType {
    SESSION_STATUS("session.status"),
    SESSION_WARNING("session.warning"),
    RUN_STARTED("run.started"),
    RUN_FINISHED("run.finished"),
    SANDBOX_LOST("sandbox.lost"),
    SANDBOX_REPLACED("sandbox.replaced");

    /** What a test is called. No session has such an event. */
    static final String TEST = "webhook.test";

    private final String text;

    EventType(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static Optional<EventType> named(String text) {
        return Stream.of(values()).filter(each -> each.text.equals(text)).findFirst();
    }

    static List<String> texts() {
        return Stream.of(values()).map(EventType::text).toList();
    }
}
