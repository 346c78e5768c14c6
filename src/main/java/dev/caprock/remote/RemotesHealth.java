package dev.caprock.remote;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * A component of {@code /actuator/health} for each remote. None belongs to readiness: while a remote is down sessions are
 * accepted and wait.
 */
@Component("remotesHealthContributor")
final class RemotesHealth implements CompositeHealthContributor {

    private final Remotes remotes;

    RemotesHealth(Remotes remotes) {
        this.remotes = remotes;
    }

    @Override
    public @Nullable HealthContributor getContributor(String name) {
        Remote remote = remotes.all().get(name);
        return remote == null ? null : indicator(remote);
    }

    @Override
    public Stream<HealthContributors.Entry> stream() {
        return remotes.all().values().stream()
                .map(remote -> new HealthContributors.Entry(remote.name(), indicator(remote)));
    }

    private static HealthIndicator indicator(Remote remote) {
        return () -> health(remote.standing());
    }

    private static Health health(Standing standing) {
        var health = standing.breaker() == Standing.Breaker.OPEN ? Health.down() : Health.up();
        health.withDetail("breaker", standing.breaker().text());
        if (standing.reason() != null) {
            health.withDetail("reason", standing.reason());
            health.withDetail("busyFor", standing.busyFor().toString());
        }
        return health.build();
    }
}
