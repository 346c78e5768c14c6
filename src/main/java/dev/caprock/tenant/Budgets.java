package dev.caprock.tenant;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * How much of its budget a tenant has spent, and what is reserved for its sessions that are open. All SQL on
 * {@code tenant_budget} and {@code budget_part} is here.
 *
 * <p>A session's part is reserved before it begins, as much as it can take at most, and settled when it is closed; both belong
 * to the period that it began in. What is spent and reserved never exceeds the budget: the row that counts it refuses.
 */
@Component
public class Budgets {

    /**
     * What of a budget is gone.
     *
     * @param spent by sessions that are closed
     * @param reserved for those that are open
     */
    public record Use(Duration spent, Duration reserved) {

        static final Use NOTHING = new Use(Duration.ZERO, Duration.ZERO);

        /** What is left of a budget; negative when it was lowered. */
        public Duration left(Duration budget) {
            return budget.minus(spent).minus(reserved);
        }
    }

    private final JdbcClient jdbc;
    private final Tenants tenants;

    Budgets(JdbcClient jdbc, Tenants tenants) {
        this.jdbc = jdbc;
        this.tenants = tenants;
    }

    /** In the period that a time lies in. */
    public Use use(String tenant, Instant at) {
        return jdbc.sql("select spent, reserved from tenant_budget where tenant = :tenant and period = :period")
                .param("tenant", tenant)
                .param("period", tenants.budgetPeriod().at(at))
                .query((row, number) ->
                        new Use(Duration.ofSeconds(row.getLong("spent")), Duration.ofSeconds(row.getLong("reserved"))))
                .optional()
                .orElse(Use.NOTHING);
    }

    /**
     * Reserves what a session can take at most. A tenant without a budget always may, and nothing is counted.
     *
     * @return false when its budget of the present period does not have that much left: then nothing was written
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean reserve(String tenant, UUID session, Duration most, Instant now) {
        Duration budget = tenants.limits(tenant).budget();
        if (budget == null) {
            return true;
        }
        String period = tenants.budgetPeriod().at(now);
        int ignored =
                jdbc.sql("""
                        insert into tenant_budget (tenant, period, spent, reserved) values (:tenant, :period, 0, 0)
                            on conflict do nothing""").param("tenant", tenant).param("period", period).update();
        if (!taken(tenant, period, seconds(most), budget)) {
            return false;
        }
        jdbc.sql("""
                        insert into budget_part (session_id, tenant, period, reserved)
                            values (:session, :tenant, :period, :reserved)""")
                .param("session", session)
                .param("tenant", tenant)
                .param("period", period)
                .param("reserved", seconds(most))
                .update();
        return true;
    }

    /**
     * Reserves more for a session that is to stay open for longer, in the period that it began in. One that takes no part in a
     * budget needs none; what was reserved is never given back before it is settled.
     *
     * @param most what it can take at most from now on, what it took so far included
     * @return false when the budget does not have that much left: then nothing was written
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean extend(String tenant, UUID session, Duration most) {
        Part part = part(session);
        long more = part == null ? 0 : seconds(most) - part.reserved();
        if (part == null || more <= 0) {
            return true;
        }
        Duration budget = tenants.limits(tenant).budget();
        Duration unlimited = Duration.ofSeconds(Long.MAX_VALUE);
        if (!taken(tenant, part.period(), more, budget == null ? unlimited : budget)) {
            return false;
        }
        jdbc.sql("update budget_part set reserved = reserved + :more where session_id = :session")
                .param("more", more)
                .param("session", session)
                .update();
        return true;
    }

    /**
     * Counts what a session took in place of what was reserved for it, which is free again. Repeating it changes nothing.
     *
     * @param took its sandbox time; beyond what was reserved it is not counted
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void settle(UUID session, Duration took) {
        jdbc.sql("""
                        with settled as (
                            update budget_part set spent = least(:spent, reserved)
                                where session_id = :session and spent is null
                                returning tenant, period, reserved, spent)
                        update tenant_budget b
                            set reserved = b.reserved - settled.reserved, spent = b.spent + settled.spent
                            from settled where b.tenant = settled.tenant and b.period = settled.period""").param("spent", seconds(took)).param("session", session).update();
    }

    /** One statement counts and refuses, so that no two can take the same. */
    private boolean taken(String tenant, String period, long more, Duration budget) {
        return jdbc.sql("""
                        update tenant_budget set reserved = reserved + :more
                            where tenant = :tenant and period = :period and spent + reserved + :more <= :budget""")
                        .param("more", more)
                        .param("tenant", tenant)
                        .param("period", period)
                        .param("budget", budget.toSeconds())
                        .update()
                == 1;
    }

    private record Part(String period, long reserved) {}

    private @Nullable Part part(UUID session) {
        return jdbc.sql("select period, reserved from budget_part where session_id = :session and spent is null")
                .param("session", session)
                .query((row, number) -> new Part(String.valueOf(row.getString("period")), row.getLong("reserved")))
                .optional()
                .orElse(null);
    }

    /** Rounded up: what began counts. */
    private static long seconds(Duration time) {
        return time.plusSeconds(1).minusNanos(1).toSeconds();
    }
}
