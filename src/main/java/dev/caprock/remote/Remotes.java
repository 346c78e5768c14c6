package dev.caprock.remote;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The remotes by name; each has its own breaker, bulkhead and connections, so that one that hangs stops no other. Breakers
 * and bulkheads live in the registries, where metrics and health find them.
 */
@Component
public final class Remotes {

    private final Map<String, Remote> remotes = new ConcurrentHashMap<>();
    private final Duration connectTimeout;
    private final CircuitBreakerConfig breaker;
    private final BulkheadConfig bulkhead;
    private final CircuitBreakerRegistry breakers;
    private final BulkheadRegistry bulkheads;
    private final Wire wire;

    @Autowired
    Remotes(
            RemoteSettings settings,
            CircuitBreakerRegistry breakers,
            BulkheadRegistry bulkheads,
            ObjectProvider<Wire> wire) {
        this(settings, breakers, bulkheads, wire.getIfAvailable(() -> client -> client));
    }

    Remotes(RemoteSettings settings, CircuitBreakerRegistry breakers, BulkheadRegistry bulkheads) {
        this(settings, breakers, bulkheads, client -> client);
    }

    private Remotes(RemoteSettings settings, CircuitBreakerRegistry breakers, BulkheadRegistry bulkheads, Wire wire) {
        this.connectTimeout = settings.connectTimeout();
        this.breaker = breaker(settings.breaker());
        this.bulkhead = BulkheadConfig.custom()
                .maxConcurrentCalls(settings.concurrentCalls())
                .maxWaitDuration(Duration.ZERO)
                .build();
        this.breakers = breakers;
        this.bulkheads = bulkheads;
        this.wire = wire;
    }

    /** Remotes with the default settings and registries of their own, for use without Spring. */
    public Remotes() {
        this(RemoteSettings.DEFAULTS, CircuitBreakerRegistry.ofDefaults(), BulkheadRegistry.ofDefaults());
    }

    /** The remote of this name, the same one each time. */
    public Remote named(String name) {
        return remotes.computeIfAbsent(name, this::open);
    }

    private Remote open(String name) {
        // HTTP/1.1: over one HTTP/2 connection the JDK client refuses calls past the peer's stream limit.
        var http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        return new Remote(
                name, wire.over(http), breakers.circuitBreaker(name, breaker), bulkheads.bulkhead(name, bulkhead));
    }

    private static CircuitBreakerConfig breaker(RemoteSettings.Breaker settings) {
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.minimumCalls())
                .failureRateThreshold(settings.failurePercent())
                .waitDurationInOpenState(settings.pause())
                .permittedNumberOfCallsInHalfOpenState(settings.trials())
                .recordException(Remotes::isFailure)
                .build();
    }

    private static boolean isFailure(Throwable thrown) {
        return thrown instanceof RemoteFailure && !(thrown instanceof RemoteFailure.Rejected);
    }
}
