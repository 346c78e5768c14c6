package dev.caprock.webhook;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may be told of events, and how.
 *
 * @param allowHttp whether receivers without TLS are taken; for a local run
 * @param allowedNetworks networks that receivers may be in though they are not public, such as {@code 10.1.0.0/16}; none by default
 * @param maximumWebhooks how many a tenant may have; at least 1
 * @param retention how long deliveries that are over can be listed and replayed; at least 1 hour
 * @param interval how often is looked for what is due again, over all replicas; new events do not wait for it; at least 1 second
 * @param connectTimeout how long making a connection may take, for each address of the receiver
 * @param timeout how long a receiver may take from the start of the connection to its answer; at most 30 seconds
 * @param concurrentSends how many are sent at once by one replica, each of which needs a database connection at its end; at
 *     least 1
 */
@ConfigurationProperties("caprock.webhook")
record WebhookSettings(
        @DefaultValue("false") boolean allowHttp,
        @DefaultValue List<String> allowedNetworks,
        @DefaultValue("20") int maximumWebhooks,
        @DefaultValue("7d") Duration retention,
        @DefaultValue("5s") Duration interval,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("32") int concurrentSends) {

    WebhookSettings {
        allowedNetworks = List.copyOf(allowedNetworks);
        allowedNetworks.forEach(WebhookSettings::readable);
        atLeast("maximum-webhooks", maximumWebhooks);
        atLeast("concurrent-sends", concurrentSends);
        within("retention", retention, Duration.ofHours(1), Duration.ofDays(365));
        within("interval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
        within("connect-timeout", connectTimeout, Duration.ofMillis(1), Duration.ofSeconds(30));
        within("timeout", timeout, Duration.ofMillis(1), Duration.ofSeconds(30)); // half a claim
    }

    List<Network> networks() {
        return allowedNetworks.stream().map(Network::parse).toList();
    }

    private static void readable(String network) {
        try {
            Network.parse(network);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "caprock.webhook.allowed-networks must be like 10.1.0.0/16 but has " + network, malformed);
        }
    }

    private static void atLeast(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("caprock.webhook.%s must be at least 1 but is %d".formatted(key, value));
        }
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "caprock.webhook.%s must be from %s to %s but is %s".formatted(key, least, most, value));
        }
    }
}
