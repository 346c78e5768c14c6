package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.access.Callers;
import dev.caprock.session.SessionQueue;
import dev.caprock.tenant.Budgets;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the caller's tenant may have, and what of it is in use now. */
@RestController
@RequestMapping("/v1/limits")
class LimitsController {

    private final Tenants tenants;
    private final Budgets budgets;
    private final SessionQueue queue;
    private final Callers callers;
    private final Clock clock;

    LimitsController(Tenants tenants, Budgets budgets, SessionQueue queue, Callers callers, Clock clock) {
        this.tenants = tenants;
        this.budgets = budgets;
        this.queue = queue;
        this.callers = callers;
        this.clock = clock;
    }

    /**
     * A limit that does not exist is absent.
     *
     * @param live sessions that have a sandbox, or are about to
     * @param queued sessions that wait
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LimitsBody(
            String tenant,
            Count live,
            Count queued,
            @Nullable Requests requests,
            @Nullable String maximumTtl,
            @Nullable List<String> repos,
            @Nullable List<String> providers,
            @Nullable List<String> agents,
            @Nullable Budget budget) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Count(long now, @Nullable Integer maximum) {}

    /** @param burst on each replica */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Requests(@Nullable Integer perSecond, @Nullable Integer burst) {}

    /**
     * Sandbox time.
     *
     * @param spent by sessions that are closed
     * @param reserved for those that are open, as much as they can take at most
     */
    record Budget(String limit, String spent, String reserved, String period, Instant periodEnd) {}

    @GetMapping
    LimitsBody limits() {
        String tenant = callers.current().tenant();
        Limits limits = tenants.limits(tenant);
        return new LimitsBody(
                tenant,
                new Count(queue.live(tenant), limits.maximumLive()),
                new Count(queue.queued(tenant), limits.maximumQueued()),
                limits.requestsPerSecond() == null
                        ? null
                        : new Requests(limits.requestsPerSecond(), limits.largestBurst()),
                text(limits.maximumTtl()),
                limits.repos(),
                limits.providers(),
                limits.agents(),
                limits.budget() == null ? null : budget(tenant, limits.budget()));
    }

    private Budget budget(String tenant, Duration limit) {
        Instant now = clock.instant();
        Budgets.Use use = budgets.use(tenant, now);
        return new Budget(
                limit.toString(),
                use.spent().toString(),
                use.reserved().toString(),
                tenants.budgetPeriod().text(),
                tenants.budgetPeriod().end(now));
    }

    private static @Nullable String text(@Nullable Duration time) {
        return time == null ? null : time.toString();
    }
}
