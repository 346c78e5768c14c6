package dev.caprock.session;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What sessions may ask for.
 *
 * @param defaultProvider who makes the sandbox when a request names nobody
 * @param defaultTtl how long a session may stay open when it does not say; at least {@code minimumTtl}
 * @param minimumTtl the shortest time a session may ask for
 * @param maximumTtl the longest; at most 23 hours, since a mount's token lives for 24 at most
 */
@ConfigurationProperties("caprock.session")
public record SessionSettings(
        @DefaultValue("e2b") String defaultProvider,
        @DefaultValue("1h") Duration defaultTtl,
        @DefaultValue("1m") Duration minimumTtl,
        @DefaultValue("12h") Duration maximumTtl) {

    private static final Duration TOKEN_LIMIT = Duration.ofHours(23);

    public SessionSettings {
        if (maximumTtl.compareTo(TOKEN_LIMIT) > 0) {
            throw new IllegalArgumentException("caprock.session.maximum-ttl must be at most 23h but is " + maximumTtl);
        }
        if (defaultTtl.compareTo(minimumTtl) < 0 || defaultTtl.compareTo(maximumTtl) > 0) {
            throw new IllegalArgumentException(
                    "caprock.session.default-ttl must lie between minimum-ttl and maximum-ttl but is " + defaultTtl);
        }
    }
}
