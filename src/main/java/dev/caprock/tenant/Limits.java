package dev.caprock.tenant;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may have. Each is null where there is no limit.
 *
 * @param maximumLive how many of its sessions may have a sandbox at once, over all replicas and providers, from 1; the rest queue
 * @param maximumQueued how many of its sessions may wait for that at once, from 1; a request beyond is refused
 * @param requestsPerSecond how many requests it may make a second on average, on each replica; 1 to 100000
 * @param burst how many it may make at once after a pause; 1 to 1000000, and as many as {@code requestsPerSecond} if left out
 * @param maximumTtl the longest that a session of it may stay open, whatever else would allow
 * @param repos patterns of the names of the repos that it may mount, in which {@code *} is any text
 * @param providers patterns of the names of the providers that may make its sandboxes
 * @param agents patterns of the kinds of agents that it may run
 * @param budget how much sandbox time it may use in each {@code caprock.tenants.budget-period}; counted while it is set
 */
public record Limits(
        @Nullable Integer maximumLive,
        @Nullable Integer maximumQueued,
        @Nullable Integer requestsPerSecond,
        @Nullable Integer burst,
        @Nullable Duration maximumTtl,
        @Nullable List<String> repos,
        @Nullable List<String> providers,
        @Nullable List<String> agents,
        @Nullable Duration budget) {

    static final Limits NONE = new Limits(null, null, null, null, null, null, null, null, null);

    private static final int MANY = 1_000_000;

    public Limits {
        requireCount("maximum-live", maximumLive, MANY);
        requireCount("maximum-queued", maximumQueued, MANY);
        requireCount("requests-per-second", requestsPerSecond, 100_000);
        requireCount("burst", burst, MANY);
        requirePositive("maximum-ttl", maximumTtl);
        requirePositive("budget", budget);
        repos = named("repos", repos);
        providers = named("providers", providers);
        agents = named("agents", agents);
    }

    /** These where they say something, and otherwise the others. */
    Limits or(Limits others) {
        return new Limits(
                first(maximumLive, others.maximumLive),
                first(maximumQueued, others.maximumQueued),
                first(requestsPerSecond, others.requestsPerSecond),
                first(burst, others.burst),
                first(maximumTtl, others.maximumTtl),
                first(repos, others.repos),
                first(providers, others.providers),
                first(agents, others.agents),
                first(budget, others.budget));
    }

    public boolean allowsRepo(String name) {
        return matches(repos, name);
    }

    public boolean allowsProvider(String name) {
        return matches(providers, name);
    }

    public boolean allowsAgent(String kind) {
        return matches(agents, kind);
    }

    /** How many requests may come at once after a pause; null without a rate. */
    public @Nullable Integer largestBurst() {
        return requestsPerSecond == null ? null : first(burst, requestsPerSecond);
    }

    /** Whether its sessions may have to wait for each other. */
    public boolean holdBack() {
        return maximumLive != null || budget != null;
    }

    private static boolean matches(@Nullable List<String> patterns, String name) {
        return patterns == null || patterns.stream().anyMatch(pattern -> NamePattern.matches(pattern, name));
    }

    private static <T> @Nullable T first(@Nullable T own, @Nullable T other) {
        return own == null ? other : own;
    }

    private static @Nullable List<String> named(String key, @Nullable List<String> patterns) {
        if (patterns == null) {
            return null;
        }
        if (patterns.isEmpty()
                || patterns.stream()
                        .anyMatch(pattern -> Objects.requireNonNull(pattern).isBlank())) {
            throw new IllegalArgumentException(
                    "%s of a tenant must name something, or be left out to allow all: %s".formatted(key, patterns));
        }
        return List.copyOf(patterns);
    }

    private static void requireCount(String key, @Nullable Integer value, int most) {
        if (value != null && (value < 1 || value > most)) {
            throw new IllegalArgumentException("%s of a tenant must lie in 1..%d, not %d".formatted(key, most, value));
        }
    }

    private static void requirePositive(String key, @Nullable Duration value) {
        if (value != null && !value.isPositive()) {
            throw new IllegalArgumentException("%s of a tenant must be positive, not %s".formatted(key, value));
        }
    }
}
