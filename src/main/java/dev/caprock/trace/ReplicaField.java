package dev.caprock.trace;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import org.slf4j.LoggerFactory;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;

/** Names the replica in each line of a structured log, from when it has its id. */
public final class ReplicaField implements StructuredLoggingJsonMembersCustomizer<ILoggingEvent> {

    private static final String NAME = "replica";

    /** Has all lines of this process name it. */
    public static void set(String id) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs) {
            logs.putProperty(NAME, id);
        }
    }

    @Override
    public void customize(JsonWriter.Members<ILoggingEvent> members) {
        members.add(NAME, event -> event.getLoggerContextVO().getPropertyMap().get(NAME))
                .whenNotNull();
    }
}
