package dev.caprock.session;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When a queued session may begin, and whether it may turn to another provider.
 *
 * @param maximumSandboxes how many sandboxes of a provider may be alive at once, over all replicas, by the provider's name,
 *     from 1; for one that is not named there is no limit but its own
 * @param look how often a session that waits for a place looks for one, should nobody wake it; at least 100ms
 * @param switches how often a session that names no provider may turn to another one before it has a sandbox; 0 to 10
 */
@ConfigurationProperties("caprock.admission")
public record AdmissionSettings(
        @DefaultValue Map<String, Integer> maximumSandboxes,
        @DefaultValue("5s") Duration look,
        @DefaultValue("2") int switches) {

    private static final Duration SHORTEST = Duration.ofMillis(100);

    public AdmissionSettings {
        maximumSandboxes = Map.copyOf(maximumSandboxes);
        maximumSandboxes.forEach((provider, most) -> {
            if (most < 1) {
                throw new IllegalArgumentException(
                        "caprock.admission.maximum-sandboxes.%s must be at least 1, not %d".formatted(provider, most));
            }
        });
        if (look.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("caprock.admission.look must be at least 100ms, not " + look);
        }
        if (switches < 0 || switches > 10) {
            throw new IllegalArgumentException("caprock.admission.switches must lie in 0..10, not " + switches);
        }
    }

    /** How many sandboxes of a provider may be alive at once; null for any number. */
    public @Nullable Integer maximum(String provider) {
        return maximumSandboxes.get(provider);
    }
}
