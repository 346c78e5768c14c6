package dev.caprock.simulator.mesa;

import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The one tenant of a simulated server, and its clock. */
final class Organisation {
    private final String slug;
    private final Keys keys = new Keys();
    private final Repos repos = new Repos();
    private final WebhookTargets webhookTargets = new WebhookTargets();
    private final Set<String> publicKeys = ConcurrentHashMap.newKeySet();
    private final Instant createdAt;
    private volatile Clock clock;

    Organisation(String slug, Clock clock) {
        this.slug = slug;
        this.clock = clock;
        this.createdAt = clock.instant();
    }

    String slug() {
        return slug;
    }

    String id() {
        return "org_" + slug;
    }

    Keys keys() {
        return keys;
    }

    Repos repos() {
        return repos;
    }

    WebhookTargets webhookTargets() {
        return webhookTargets;
    }

    /** The registered Ed25519 public keys, each as the {@code x} of its JWK. */
    Set<String> publicKeys() {
        return publicKeys;
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant now() {
        return clock.instant();
    }

    void clock(Clock newClock) {
        clock = newClock;
    }
}
