package dev.caprock.remote;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The remotes by name; each has its own guards and connections, so that one that hangs stops no other. Breakers, bulkheads and
 * limiters live in the registries under the remote's name, where metrics find them.
 */
@Component
public final class Remotes {

    private final Map<String, Remote> remotes = new ConcurrentHashMap<>();
    private final RemoteSettings settings;
    private final CircuitBreakerRegistry breakers;
    private final BulkheadRegistry bulkheads;
    private final RateLimiterRegistry limiters;
    private final Clock clock;
    private final Wire wire;
    private final ObservationRegistry observations;

    @Autowired
    Remotes(
            RemoteSettings settings,
            CircuitBreakerRegistry breakers,
            BulkheadRegistry bulkheads,
            RateLimiterRegistry limiters,
            Clock clock,
            ObjectProvider<Wire> wire,
            ObjectProvider<ObservationRegistry> observations) {
        this(
                settings,
                breakers,
                bulkheads,
                limiters,
                clock,
                wire.getIfAvailable(() -> client -> client),
                observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    private Remotes(
            RemoteSettings settings,
            CircuitBreakerRegistry breakers,
            BulkheadRegistry bulkheads,
            RateLimiterRegistry limiters,
            Clock clock,
            Wire wire,
            ObservationRegistry observations) {
        this.settings = settings;
        this.breakers = breakers;
        this.bulkheads = bulkheads;
        this.limiters = limiters;
        this.clock = clock;
        this.wire = wire;
        this.observations = observations;
    }

    /** Remotes with the default settings and registries of their own, for use without Spring. */
    public Remotes() {
        this(Clock.systemUTC());
    }

    /** The same by another clock. */
    public Remotes(Clock clock) {
        this(RemoteSettings.DEFAULTS, clock);
    }

    Remotes(RemoteSettings settings, Clock clock) {
        this(settings, clock, ObservationRegistry.NOOP);
    }

    Remotes(RemoteSettings settings, Clock clock, ObservationRegistry observations) {
        this(
                settings,
                CircuitBreakerRegistry.ofDefaults(),
                BulkheadRegistry.ofDefaults(),
                RateLimiterRegistry.ofDefaults(),
                clock,
                client -> client,
                observations);
    }

    /** The remote of this name, the same one each time. */
    public Remote named(String name) {
        return remotes.computeIfAbsent(name, absent -> open(absent, null));
    }

    /**
     * As {@link #named(String)}, for a remote that is known to limit how often something is made there.
     *
     * @param creates what holds unless another rate is configured
     */
    public Remote named(String name, Rate creates) {
        return remotes.computeIfAbsent(name, absent -> open(absent, creates));
    }

    /** Those that were asked for so far, by name. */
    SortedMap<String, Remote> all() {
        return new TreeMap<>(remotes);
    }

    private Remote open(String name, @Nullable Rate creates) {
        var its = settings.of(name);
        var breaker = breakers.circuitBreaker(name, Fuse.config(its.breaker(), clock));
        return new Remote(
                name,
                wire.over(client(its.connectTimeout())),
                new Guards(
                        name,
                        new Fuse(breaker, its.breaker().pause(), clock),
                        new Shares(name, its, bulkheads),
                        new Holds(its.rest(), its.longestHold(), clock),
                        limiter(name, settings.creates(name, creates))),
                its.traceContext(),
                observations);
    }

    private @Nullable RateLimiter limiter(String name, @Nullable Rate rate) {
        return rate == null
                ? null
                : limiters.rateLimiter(
                        name,
                        RateLimiterConfig.custom()
                                .limitForPeriod(rate.calls())
                                .limitRefreshPeriod(rate.per())
                                .timeoutDuration(Duration.ZERO)
                                .build());
    }

    private static HttpClient client(Duration connectTimeout) {
        // HTTP/1.1: over one HTTP/2 connection the JDK client refuses calls past the peer's stream limit.
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }
}
