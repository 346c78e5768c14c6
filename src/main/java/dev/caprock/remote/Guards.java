package dev.caprock.remote;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What stands between us and a remote: who is held back learns for how long, at once, and on no thread of its own. */
final class Guards {

    /** The least that is waited for a place. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final String remote;
    private final Fuse fuse;
    private final Shares shares;
    private final Holds holds;
    private final @Nullable RateLimiter creates;

    /** @param creates null where the remote tells no rate */
    Guards(String remote, Fuse fuse, Shares shares, Holds holds, @Nullable RateLimiter creates) {
        this.remote = remote;
        this.fuse = fuse;
        this.shares = shares;
        this.holds = holds;
        this.creates = creates;
    }

    <T> T call(Purpose purpose, String operation, Supplier<T> call) {
        Duration held = holds.left(purpose);
        if (held.isPositive()) {
            throw busy(operation, "held", "it asked to be left alone", held, null);
        }
        Bulkhead place = shares.take(purpose)
                .orElseThrow(() -> busy(operation, "bulkhead_full", "too many calls at once", null, null));
        try {
            keepRate(purpose, operation);
            return fuse.call(purpose, () -> heeding(purpose, call));
        } catch (CallNotPermittedException open) {
            Duration left = fuse.opensIn();
            throw busy(operation, "breaker_open", "paused after failures", left.isPositive() ? left : MOMENT, open);
        } finally {
            place.onComplete();
        }
    }

    private void keepRate(Purpose purpose, String operation) {
        if (purpose == Purpose.CREATE && creates != null && !creates.acquirePermission()) {
            throw busy(operation, "rate_limited", "no more may be made within this period", period(creates), null);
        }
    }

    private <T> T heeding(Purpose purpose, Supplier<T> call) {
        try {
            T answer = call.get();
            holds.succeeded(purpose);
            return answer;
        } catch (RemoteFailure.Busy busy) {
            holds.heed(purpose, busy);
            throw busy;
        }
    }

    private RemoteFailure.Busy busy(
            String operation, String code, String message, @Nullable Duration wait, @Nullable Throwable cause) {
        return new RemoteFailure.Busy(remote, operation, 0, code, message, wait, cause);
    }

    Standing standing() {
        var breaker = fuse.state();
        if (breaker == Standing.Breaker.OPEN) {
            Duration left = fuse.opensIn();
            return Standing.busy(breaker, left.isPositive() ? left : MOMENT, "calls are paused after failures");
        }
        Duration held = holds.left(Purpose.CREATE);
        if (held.isPositive()) {
            return Standing.busy(breaker, held, "it asked to be left alone");
        }
        int places = shares.freeForCreates();
        if (places == 0) {
            return Standing.busy(breaker, MOMENT, "too many are being made at once");
        }
        int rate = creates == null ? places : creates.getMetrics().getAvailablePermissions();
        if (creates != null && rate <= 0) {
            return Standing.slowed(breaker, period(creates), "no more may be made within this period");
        }
        int trials = breaker == Standing.Breaker.HALF_OPEN ? fuse.trials() : places;
        int free = Math.min(Math.min(places, rate), trials);
        return Standing.free(breaker, holds.isDoubtful() ? 1 : free);
    }

    Duration held(Purpose purpose) {
        return holds.left(purpose);
    }

    long holds() {
        return holds.count();
    }

    private static Duration period(RateLimiter limiter) {
        return limiter.getRateLimiterConfig().getLimitRefreshPeriod();
    }
}
