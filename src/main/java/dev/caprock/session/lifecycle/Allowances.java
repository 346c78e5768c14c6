package dev.caprock.session.lifecycle;

import dev.caprock.session.AdmissionSettings;
import dev.caprock.session.Ceilings;
import dev.caprock.session.Hold;
import dev.caprock.session.Session;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.lifecycle.Capacity.Room;
import dev.caprock.tenant.Budgets;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * What a tenant's sessions take of what the tenant may have: places, and sandbox time. Who takes some and who gives it back lock
 * the tenant first, so that it is counted right whichever replicas they are on, and nobody who waits is missed.
 */
@Component
class Allowances {

    /** How long to wait for one's turn while there is enough. */
    private static final Duration TURN = Duration.ofSeconds(1);

    /** How often to look for a budget that the operator raised; what else can change it wakes those who wait. */
    private static final Duration RAISED = Duration.ofMinutes(1);

    private final Tenants tenants;
    private final Budgets budgets;
    private final SessionQueue queue;
    private final Ceilings ceilings;
    private final AdmissionSettings settings;
    private final Agenda agenda;

    Allowances(
            Tenants tenants,
            Budgets budgets,
            SessionQueue queue,
            Ceilings ceilings,
            AdmissionSettings settings,
            Agenda agenda) {
        this.tenants = tenants;
        this.budgets = budgets;
        this.queue = queue;
        this.ceilings = ceilings;
        this.settings = settings;
        this.agenda = agenda;
    }

    /** Whether the tenant lets its sandboxes be made there. */
    boolean allows(Session session, String provider) {
        return tenants.limits(session.tenant()).allowsProvider(provider);
    }

    /** Has nobody else take any of it, nor give any back, until the end of the transaction. */
    void lock(Session session) {
        if (tenants.limits(session.tenant()).holdBack()) {
            queue.lockTenant(session.tenant());
        }
    }

    /** Why a queued session must wait for its own tenant; empty when it need not. Only under the lock it stays so. */
    Optional<Room> hold(Session session, Instant now) {
        Limits limits = tenants.limits(session.tenant());
        return place(session, limits).or(() -> budget(session, limits, now));
    }

    private Optional<Room> place(Session session, Limits limits) {
        Integer most = limits.maximumLive();
        if (most == null) {
            return Optional.empty();
        }
        long ahead = queue.aheadInTenant(
                session.tenant(), session.id()); // first: who begins meanwhile counts twice, not never
        long live = queue.live(session.tenant());
        if (ahead + live < most) {
            return Optional.empty();
        }
        Duration lookIn = Admission.apart(live < most ? TURN : settings.look(), ahead);
        return Optional.of(
                held(session, Hold.TENANT_LIMIT, "its tenant may have %d live sessions".formatted(most), lookIn));
    }

    private Optional<Room> budget(Session session, Limits limits, Instant now) {
        if (limits.budget() == null) {
            return Optional.empty();
        }
        Duration left = budgets.use(session.tenant(), now).left(limits.budget());
        boolean enough = left.compareTo(most(session)) >= 0;
        long ahead = queue.aheadForBudget(session.tenant(), session.id(), longestTtl(left));
        if (enough && ahead == 0) {
            return Optional.empty();
        }
        return Optional.of(spent(session, Admission.apart(enough ? TURN : untilMore(now), ahead)));
    }

    private Room spent(Session session, Duration lookIn) {
        String period = tenants.budgetPeriod().text();
        return held(
                session, Hold.BUDGET, "its tenant's budget for this %s has not enough left".formatted(period), lookIn);
    }

    private Duration untilMore(Instant now) {
        Duration rest = Duration.between(now, tenants.budgetPeriod().end(now));
        return rest.compareTo(RAISED) < 0 ? rest : RAISED;
    }

    private static Room held(Session session, Hold hold, String reason, Duration lookIn) {
        return Room.held(session.provider(), hold, "it is held back: " + reason, lookIn);
    }

    /**
     * Takes what the session can need, under the lock and after {@link #hold} had nothing against it.
     *
     * @return why it must wait all the same: a session that stays open for longer took the rest meanwhile
     */
    Optional<Room> take(Session session, Instant now) {
        return budgets.reserve(session.tenant(), session.id(), most(session), now)
                ? Optional.empty()
                : Optional.of(spent(session, untilMore(now)));
    }

    /** What a session had may be free, or others may go before it: the next ones look, in this very transaction. */
    void free(Session session, Instant now) {
        Limits limits = tenants.limits(session.tenant());
        lock(session);
        if (session.status() == SessionStatus.CLOSED) {
            budgets.settle(session.id(), session.sandboxTime(now));
        }
        if (limits.holdBack()) {
            Duration fits = limits.budget() == null
                    ? Duration.ofSeconds(Long.MAX_VALUE)
                    : longestTtl(budgets.use(session.tenant(), now).left(limits.budget()));
            agenda.wakeHeld(session.tenant(), session.id(), fits);
        }
    }

    private Duration most(Session session) {
        return ceilings.mostSandboxTime(session.terms().ttl());
    }

    private Duration longestTtl(Duration left) {
        return left.minus(ceilings.mostSandboxTime(Duration.ZERO));
    }
}
