package dev.caprock.webhook;

import static dev.caprock.webhook.WebhookTable.at;

import dev.caprock.id.PublicId;
import dev.caprock.webhook.WebhookTable.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Ends what was tried for a day in vain, and what waits for a webhook that is gone. Webhook by webhook under its lock, as all do
 * who change what is pending, and some at a time.
 */
@Component
class GivingUp {

    private static final Logger log = LoggerFactory.getLogger(GivingUp.class);

    private static final int BATCH = 1000;

    private static final String WEBHOOKS = """
            SELECT id FROM webhook
            WHERE deleted_at IS NULL AND disabled_at IS NULL
              AND EXISTS (SELECT FROM webhook_delivery
                          WHERE webhook_id = webhook.id AND status = 'PENDING' AND give_up_at <= :now)
            UNION ALL
            SELECT id FROM webhook
            WHERE deleted_at IS NULL AND disabled_at IS NOT NULL
              AND EXISTS (SELECT FROM webhook_delivery WHERE webhook_id = webhook.id AND status = 'PENDING')""";

    private static final String END = """
            UPDATE webhook_delivery
            SET status = 'FAILED', finished_at = :now, claim = NULL, claimed_until = NULL, error = coalesce(error, :error)
            WHERE id IN (SELECT id FROM webhook_delivery
                         WHERE webhook_id = :webhook AND status = 'PENDING'
                           AND (claimed_until IS NULL OR claimed_until <= :now)
                           %s
                         LIMIT :batch FOR UPDATE SKIP LOCKED)""";

    private static final String END_ALL = END.formatted("");

    // What was never tried is given up only where its webhook failed all its life: not because none of us was there to
    // try, nor because it waited for an earlier event that is only now given up. A day later that is over too.
    private static final String END_LATE = END.formatted("""
                           AND give_up_at <= :now
                           AND (attempts > 0 OR created_at > cast(:failingSince AS timestamptz)
                                OR give_up_at <= cast(:overdue AS timestamptz))""");

    private final WebhookTable webhooks;
    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final WebhookMeters meters;

    GivingUp(
            WebhookTable webhooks,
            JdbcClient database,
            PlatformTransactionManager transactions,
            Clock clock,
            WebhookMeters meters) {
        this.webhooks = webhooks;
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
        this.meters = meters;
    }

    /** A transaction for each batch. */
    void giveUp() {
        database.sql(WEBHOOKS)
                .param("now", at(clock.instant()))
                .query(UUID.class)
                .list()
                .forEach(this::giveUp);
    }

    private void giveUp(UUID webhook) {
        int all = 0;
        int some;
        do {
            some = Objects.requireNonNull(transaction.execute(status -> webhooks.lock(webhook)
                    .map(standing -> endSome(webhook, standing))
                    .orElse(0)));
            all += some;
        } while (some == BATCH);
        if (all > 0) {
            meters.givenUp(all);
            log.info("webhook.given-up webhook={} deliveries={}", PublicId.WEBHOOK.text(webhook), all);
        }
    }

    private int endSome(UUID webhook, Standing standing) {
        Instant now = clock.instant();
        return standing.disabledAt() == null
                ? end(END_LATE, webhook, now, "The receiver failed all day, so this was never tried.")
                        .param("failingSince", time(standing.failingSince()))
                        .param("overdue", time(standing.failingSince() == null ? null : now.minus(Duration.ofDays(1))))
                        .update()
                : end(END_ALL, webhook, now, "The receiver said that it is gone.")
                        .update();
    }

    private JdbcClient.StatementSpec end(String sql, UUID webhook, Instant now, String error) {
        return database.sql(sql)
                .param("webhook", webhook)
                .param("now", at(now))
                .param("error", error)
                .param("batch", BATCH);
    }

    private static @Nullable Object time(@Nullable Instant instant) {
        return instant == null ? null : at(instant);
    }
}
