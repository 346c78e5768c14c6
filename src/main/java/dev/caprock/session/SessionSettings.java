package dev.caprock.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What sessions may ask for.
 *
 * @param defaultProvider who makes the sandbox when a request names nobody; without it the first in the alphabet of those that
 *     have an account here
 * @param defaultTtl how long a session may stay open when it does not say; at least {@code minimumTtl}
 * @param minimumTtl the shortest time a session may ask for
 * @param maximumTtl the longest; at most 23 hours, since a mount's token lives for 24 at most
 * @param closingMargin how much longer than its session a credential lives, so that edits can still be brought home; at most
 *     1 hour
 */
@ConfigurationProperties("caprock.session")
public record SessionSettings(
        @Nullable String defaultProvider,
        @DefaultValue("1h") Duration defaultTtl,
        @DefaultValue("1m") Duration minimumTtl,
        @DefaultValue("12h") Duration maximumTtl,
        @DefaultValue("20m") Duration closingMargin) {

    private static final Duration TOKEN_LIMIT = Duration.ofHours(23);
    private static final Duration MARGIN_LIMIT = Duration.ofHours(1);

    public SessionSettings {
        defaultProvider = defaultProvider == null || defaultProvider.isBlank() ? null : defaultProvider.strip();
        if (maximumTtl.compareTo(TOKEN_LIMIT) > 0) {
            throw new IllegalArgumentException("caprock.session.maximum-ttl must be at most 23h but is " + maximumTtl);
        }
        if (closingMargin.isNegative() || closingMargin.compareTo(MARGIN_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "caprock.session.closing-margin must be from 0 to 1h but is " + closingMargin);
        }
        if (defaultTtl.compareTo(minimumTtl) < 0 || defaultTtl.compareTo(maximumTtl) > 0) {
            throw new IllegalArgumentException(
                    "caprock.session.default-ttl must lie between minimum-ttl and maximum-ttl but is " + defaultTtl);
        }
    }
}
