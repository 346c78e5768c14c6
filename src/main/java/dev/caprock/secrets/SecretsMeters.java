package dev.caprock.secrets;

import dev.caprock.metrics.Reading;
import dev.caprock.metrics.Readings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/** What the master keys of this replica do not open, or should no longer have to. */
@Component
class SecretsMeters {

    SecretsMeters(Rewrapping rewrapping, MasterKeys keys, Readings readings, MeterRegistry meters) {
        Reading<Map<String, Long>> wrapped = readings.of(rewrapping::byMasterKey);
        Set<String> current = Set.of(keys.current().id());
        Gauge.builder("caprock.secrets.outdated", wrapped, read -> read.tell(all -> beyond(all, current)))
                .description("Data keys that another master key than the current one wraps")
                .register(meters);
        Gauge.builder("caprock.secrets.unreadable", wrapped, read -> read.tell(all -> beyond(all, keys.ids())))
                .description("Data keys that none of this replica's master keys opens")
                .register(meters);
    }

    private static double beyond(Map<String, Long> wrapped, Set<String> keys) {
        return wrapped.entrySet().stream()
                .filter(entry -> !keys.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
