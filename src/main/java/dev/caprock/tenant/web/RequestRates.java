package dev.caprock.tenant.web;

import dev.caprock.access.Callers;
import dev.caprock.problem.Problem;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses a tenant's requests once they come too often, and tells how many may come still: the fields {@code RateLimit} and
 * {@code RateLimit-Policy} of draft-ietf-httpapi-ratelimit-headers-11. A request counts once, however long its answer streams.
 *
 * <p>Counted by each replica for itself: it is there to keep one caller from crowding out others, and is no quota.
 */
@Component
class RequestRates implements HandlerInterceptor {

    /** How many tenants are remembered, the latest: who was forgotten has a full bucket again. */
    private static final int TENANTS = 10_000;

    private final Tenants tenants;
    private final Callers callers;
    private final Clock clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > TENANTS;
        }
    };

    RequestRates(Tenants tenants, Callers callers, Clock clock) {
        this.tenants = tenants;
        this.callers = callers;
        this.clock = clock;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() != DispatcherType.REQUEST) {
            return true; // it was counted when it came
        }
        String tenant = callers.current().tenant();
        Limits limits = tenants.limits(tenant);
        Integer rate = limits.requestsPerSecond();
        Integer burst = limits.largestBurst();
        if (rate != null && burst != null) {
            count(tenant, rate, burst, response);
        }
        return true;
    }

    private void count(String tenant, int rate, int burst, HttpServletResponse response) {
        Bucket.Answer answer = take(tenant, rate, burst);
        long window = Math.max(1, Math.ceilDiv(burst, rate));
        response.setHeader("RateLimit-Policy", "\"default\";q=%d;w=%d".formatted(burst, window));
        response.setHeader(
                "RateLimit",
                "\"default\";r=%d;t=%d".formatted(answer.left(), answer.more().toSeconds()));
        if (!answer.granted()) {
            throw new Problem(
                            HttpStatus.TOO_MANY_REQUESTS,
                            "rate_limited",
                            "Your tenant may make %d requests a second, and made more.".formatted(rate),
                            "Wait as long as Retry-After says; let the RateLimit headers pace you.")
                    .retryAfter(answer.more());
        }
    }

    private Bucket.Answer take(String tenant, int rate, int burst) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(tenant, missing -> new Bucket(clock, rate, burst))
                    .take();
        }
    }
}
