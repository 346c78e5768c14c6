package dev.caprock.remote;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * A remote's circuit breaker. Busy and unknown answers count as failures and a refusal as a healthy answer. A 429 counts as
 * neither: a healthy remote says so of our own haste, and {@link Holds} heeds it; a breaker that opened over it would stop the
 * looks and extensions of sessions that are well.
 */
final class Fuse {

    private final CircuitBreaker breaker;
    private final Clock clock;
    private volatile Instant openUntil = Instant.MIN;

    Fuse(CircuitBreaker breaker, Duration pause, Clock clock) {
        this.breaker = breaker;
        this.clock = clock;
        breaker.getEventPublisher().onStateTransition(event -> {
            if (event.getStateTransition().getToState() == State.OPEN) {
                openUntil = clock.instant().plus(pause);
            }
        });
    }

    static CircuitBreakerConfig config(RemoteSettings.Breaker settings, Clock clock) {
        return CircuitBreakerConfig.custom()
                .clock(clock)
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.minimumCalls())
                .failureRateThreshold(settings.failurePercent())
                .slowCallDurationThreshold(settings.slowCall())
                .slowCallRateThreshold(settings.slowPercent())
                .waitDurationInOpenState(settings.pause())
                .permittedNumberOfCallsInHalfOpenState(settings.trials())
                .recordException(Fuse::isFailure)
                .ignoreException(Fuse::isOurHaste)
                .build();
    }

    private static boolean isFailure(Throwable thrown) {
        return thrown instanceof RemoteFailure && !(thrown instanceof RemoteFailure.Rejected);
    }

    private static boolean isOurHaste(Throwable thrown) {
        return thrown instanceof RemoteFailure.Busy busy && busy.status() == 429;
    }

    /** What releases passes an open breaker too, and is no trial then. */
    <T> T call(Purpose purpose, Supplier<T> call) throws CallNotPermittedException {
        try {
            return breaker.executeSupplier(call);
        } catch (CallNotPermittedException open) {
            if (purpose == Purpose.RELEASE) {
                return call.get();
            }
            throw open;
        }
    }

    Standing.Breaker state() {
        return switch (breaker.getState()) {
            case CLOSED, DISABLED, METRICS_ONLY -> Standing.Breaker.CLOSED;
            case HALF_OPEN -> Standing.Breaker.HALF_OPEN;
            // Once the pause is over the next call is a trial; nobody else would tell the breaker so.
            case OPEN -> opensIn().isPositive() ? Standing.Breaker.OPEN : Standing.Breaker.HALF_OPEN;
            case FORCED_OPEN -> Standing.Breaker.OPEN;
        };
    }

    /** How long until calls pass again; not positive when they do. */
    Duration opensIn() {
        return openUntil.equals(Instant.MIN) ? Duration.ZERO : Duration.between(clock.instant(), openUntil);
    }

    /** How many calls may try the remote while it is half open. */
    int trials() {
        return breaker.getCircuitBreakerConfig().getPermittedNumberOfCallsInHalfOpenState();
    }
}
