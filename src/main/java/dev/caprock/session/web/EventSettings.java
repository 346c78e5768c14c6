package dev.caprock.session.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How events are streamed.
 *
 * @param heartbeat how long a stream stays silent before a comment is sent, so that whoever is between does not cut it; at
 *     most 15 seconds
 * @param maximumReaders how many streams of events and outputs this replica writes at once; further readers get 503
 * @param maximumReadersPerTenant how many of these one tenant may have; further ones get 429
 */
@ConfigurationProperties("caprock.events")
record EventSettings(
        @DefaultValue("10s") Duration heartbeat,
        @DefaultValue("10000") int maximumReaders,
        @DefaultValue("2000") int maximumReadersPerTenant) {

    private static final Duration LONGEST = Duration.ofSeconds(15);

    EventSettings {
        if (!heartbeat.isPositive() || heartbeat.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "caprock.events.heartbeat must be longer than nothing and at most 15s but is " + heartbeat);
        }
        if (maximumReaders < 1) {
            throw new IllegalArgumentException(
                    "caprock.events.maximum-readers must be at least 1 but is " + maximumReaders);
        }
        if (maximumReadersPerTenant < 1) {
            throw new IllegalArgumentException(
                    "caprock.events.maximum-readers-per-tenant must be at least 1 but is " + maximumReadersPerTenant);
        }
    }
}
