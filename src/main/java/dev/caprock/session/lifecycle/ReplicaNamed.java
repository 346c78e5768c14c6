package dev.caprock.session.lifecycle;

import dev.caprock.trace.ReplicaField;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import org.springframework.stereotype.Component;

/** Has spans and log lines say which replica they are of. */
@Component
class ReplicaNamed implements ObservationFilter {

    private final KeyValue replica;

    ReplicaNamed(Replica replica) {
        this.replica = KeyValue.of("replica", replica.id().toString());
        ReplicaField.set(replica.id().toString());
    }

    @Override
    public Observation.Context map(Observation.Context context) {
        return context.addHighCardinalityKeyValue(replica);
    }
}
