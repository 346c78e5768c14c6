package dev.caprock.trace;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** What the log lines of this thread name until it is closed: ids and words of ours, never what others say. */
public final class LogFields implements AutoCloseable {

    /** The id of the trace that a line belongs to, as tracers call it too. */
    public static final String TRACE = "traceId";

    /** The id of the span, as tracers call it. */
    public static final String SPAN = "spanId";

    private final Map<String, @Nullable String> before = new HashMap<>();

    /** @param fields null for what they shall not name meanwhile */
    public LogFields(Map<String, @Nullable String> fields) {
        fields.forEach((name, value) -> {
            before.put(name, MDC.get(name));
            set(name, value);
        });
    }

    /** Names one thing more. */
    public LogFields(String name, @Nullable String value) {
        before.put(name, MDC.get(name));
        set(name, value);
    }

    @Override
    public void close() {
        before.forEach(LogFields::set);
    }

    private static void set(String name, @Nullable String value) {
        if (value == null) {
            MDC.remove(name);
        } else {
            MDC.put(name, value);
        }
    }
}
