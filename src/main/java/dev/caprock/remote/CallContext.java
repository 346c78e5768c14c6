package dev.caprock.remote;

import static java.util.Objects.requireNonNull;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call as metrics and traces see it: {@code caprock.remote.calls}, told apart by {@code remote}, {@code call}, {@code purpose}
 * and {@code outcome}, which are few. It ends with the head of the answer where the body is a stream, so none lasts as long as an
 * agent prints.
 *
 * <p>An outcome is {@code ok}; what {@link RemoteFailure} would say of a call that was made: {@code rejected}, also where that is
 * what we want to hear of what should be gone, {@code busy}, {@code unknown}; or {@code refused} where our own guards held it back, so
 * that nothing was sent and its time means nothing.
 */
final class CallContext extends SenderContext<Map<String, String>> {

    static final String NAME = "caprock.remote.calls";

    static final String TRACEPARENT = "traceparent";

    private String outcome = "unknown";
    private int status;
    private boolean made;

    CallContext(String remote, Purpose purpose, String operation) {
        super((headers, name, value) -> requireNonNull(headers).put(name, value), Kind.CLIENT);
        setCarrier(new HashMap<>());
        setRemoteServiceName(remote);
        setContextualName(remote + " " + operation);
        addLowCardinalityKeyValue(KeyValue.of("remote", remote));
        addLowCardinalityKeyValue(KeyValue.of("call", operation));
        addLowCardinalityKeyValue(KeyValue.of("purpose", purpose.name().toLowerCase(Locale.ROOT)));
    }

    /** Where in its trace the call is, for the remote; null when it is in none. What tracers before us noted is not for third parties. */
    @Nullable
    String trace() {
        return requireNonNull(getCarrier()).get(TRACEPARENT);
    }

    /** The guards have let it pass. */
    void made() {
        made = true;
    }

    /** The head of an answer has come. */
    void answered(int code) {
        status = code;
    }

    /** Whoever called has got an answer; that it refuses, they may read later, or want to hear. */
    void succeeded() {
        outcome = status / 100 == 4 ? "rejected" : "ok";
    }

    /** Its words are kept out: a remote may quote what it was sent. */
    Failed failed(RuntimeException failure) {
        outcome = switch (failure) {
            case RemoteFailure any when !made -> "refused";
            case RemoteFailure.Rejected rejected -> "rejected";
            case RemoteFailure.Busy busy -> "busy";
            default -> "unknown";
        };
        return new Failed(outcome);
    }

    void ended() {
        addLowCardinalityKeyValue(KeyValue.of("outcome", outcome));
        if (status != 0) {
            addHighCardinalityKeyValue(KeyValue.of("http.response.status_code", Integer.toString(status)));
        }
    }

    /** Marks a span as failed, and says no more than the outcome. */
    static final class Failed extends RuntimeException {

        private Failed(String outcome) {
            super(outcome, null, false, false);
        }
    }
}
