package dev.caprock.session.lifecycle;

import dev.caprock.id.PublicId;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import dev.caprock.trace.TraceContext;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An action as metrics and traces see it: {@code caprock.actions}, told apart by {@code action} and {@code outcome}, the word of an
 * {@link ActionEnd}. These are few; ids are for traces alone.
 */
final class ActionContext extends ReceiverContext<TraceContext> {

    static final String NAME = "caprock.actions";

    private final Map<String, @Nullable String> fields = new HashMap<>();

    /** @param run the run that it is about; null where it is about the session */
    ActionContext(String action, Session session, @Nullable UUID run) {
        super(TraceContext::header, Kind.CONSUMER); // whoever caused it has gone on long ago
        setCarrier(session.trace());
        setContextualName(action);
        addLowCardinalityKeyValue(KeyValue.of("action", action));
        fields.put("action", action);
        name("session", PublicId.SESSION.text(session.id()));
        if (run != null) {
            name("run", PublicId.RUN.text(run));
        }
        tell("provider", session.provider());
        session.resources(ResourceKind.SANDBOX).stream()
                .map(Resource::externalIdOrNull)
                .filter(Objects::nonNull)
                .reduce((former, latter) -> latter)
                .ifPresent(sandbox -> tell("sandbox", sandbox));
    }

    static ActionContext of(Action action, Session session) {
        return new ActionContext(action.getClass().getSimpleName(), session, run(session, action.subject()));
    }

    private static @Nullable UUID run(Session session, UUID subject) {
        Stream<@Nullable Run> ofResource = session.resources().stream()
                .filter(row -> row.id().equals(subject))
                .map(Resource::run);
        Stream<Run> itself = session.runs().stream().filter(run -> run.id().equals(subject));
        return Stream.concat(ofResource, itself)
                .filter(Objects::nonNull)
                .findFirst()
                .map(Run::id)
                .orElse(null);
    }

    /** What log lines name that are written meanwhile. */
    Map<String, @Nullable String> fields() {
        return fields;
    }

    private void name(String key, String id) {
        tell(key, id);
        fields.put(key, id);
    }

    private void tell(String key, String value) {
        addHighCardinalityKeyValue(KeyValue.of(key, value));
    }

    void ended(ActionEnd end) {
        addLowCardinalityKeyValue(KeyValue.of("outcome", end.text()));
    }
}
