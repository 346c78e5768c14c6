package dev.caprock.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, as <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a> hands it on. It is ids and no more, but
 * for the state, which is what tracers before us put there.
 *
 * @param traceId 32 hexadecimal digits, not all zero
 * @param spanId 16 hexadecimal digits, not all zero: the span that others are children of
 * @param sampled whether those before us record the trace
 * @param state the {@code tracestate} that came with it; null where none did, or one longer than we keep
 */
public record TraceContext(
        String traceId,
        String spanId,
        boolean sampled,
        @Nullable String state) {

    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";

    /** As much as everyone must hand on. */
    private static final int LONGEST_STATE = 512;

    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<Function<String, @Nullable String>> HEADERS = new Headers();

    public TraceContext {
        if (!TraceId.isValid(traceId) || !SpanId.isValid(spanId)) {
            throw new IllegalArgumentException("no place in a trace: trace %s, span %s".formatted(traceId, spanId));
        }
        state = state == null || state.isEmpty() || state.length() > LONGEST_STATE ? null : state;
    }

    /** Where this thread is now; empty when it is in no trace. */
    public static Optional<TraceContext> current() {
        return of(Context.current());
    }

    /**
     * Reads what someone handed on.
     *
     * @param headers gives the value of a header, or null where there is none
     * @return empty when there is no valid {@value #PARENT}; a {@value #STATE} that is not valid counts as none
     */
    public static Optional<TraceContext> read(Function<String, @Nullable String> headers) {
        return of(W3C.extract(Context.root(), headers, HEADERS));
    }

    /** That of something made before there were traces: the same on every replica, and recorded by nobody. */
    public static TraceContext unrecorded(UUID id) {
        String digits = id.toString().replace("-", "");
        return new TraceContext(digits, digits.substring(SpanId.getLength()), false, null);
    }

    private static Optional<TraceContext> of(Context context) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid()) {
            return Optional.empty();
        }
        var written = new HashMap<String, String>();
        W3C.inject(context, null, (nowhere, name, value) -> written.put(name, value));
        return Optional.of(new TraceContext(span.getTraceId(), span.getSpanId(), span.isSampled(), written.get(STATE)));
    }

    /** As it is handed on. */
    public String parent() {
        return "00-%s-%s-%s".formatted(traceId, spanId, sampled ? "01" : "00");
    }

    /** The value of a header of it; null where it has none of this name. */
    public @Nullable String header(String name) {
        return switch (name) {
            case PARENT -> parent();
            case STATE -> state;
            default -> null;
        };
    }

    /** Puts this thread there until the scope is closed. */
    @SuppressWarnings("MustBeClosedChecker") // its caller closes it
    public Scope enter() {
        var flags = sampled ? TraceFlags.getSampled() : TraceFlags.getDefault();
        var span = SpanContext.createFromRemoteParent(traceId, spanId, flags, TraceState.getDefault());
        return Context.current().with(Span.wrap(span)).makeCurrent();
    }

    private static final class Headers implements TextMapGetter<Function<String, @Nullable String>> {

        @Override
        public Iterable<String> keys(Function<String, @Nullable String> headers) {
            return List.of(PARENT, STATE);
        }

        @Override
        public @Nullable String get(@Nullable Function<String, @Nullable String> headers, String name) {
            return headers == null ? null : headers.apply(name);
        }
    }
}
