package dev.caprock.webhook;

import java.time.Duration;
import java.util.List;

/** Settings of tests: everything as it is unless told otherwise, but time-outs that a test can wait for. */
final class Defaults {

    private Defaults() {}

    static WebhookSettings settings(boolean http, String... networks) {
        return new WebhookSettings(
                http,
                List.of(networks),
                20,
                Duration.ofDays(7),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofMillis(700),
                32);
    }
}
