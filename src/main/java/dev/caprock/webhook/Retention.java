package dev.caprock.webhook;

import static dev.caprock.webhook.WebhookTable.at;

import java.time.Clock;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Removes what has been over for a while, and what belonged to webhooks that were deleted. Some rows at a time, waiting for nobody. */
@Component
class Retention {

    private static final String OVER = """
            DELETE FROM webhook_delivery WHERE id IN (
                SELECT id FROM webhook_delivery WHERE status <> 'PENDING' AND finished_at < :before
                LIMIT 1000 FOR UPDATE SKIP LOCKED)""";

    private static final String OF_DELETED = """
            DELETE FROM webhook_delivery WHERE id IN (
                SELECT delivery.id FROM webhook JOIN webhook_delivery delivery ON delivery.webhook_id = webhook.id
                WHERE webhook.deleted_at IS NOT NULL
                LIMIT 1000 FOR UPDATE OF delivery SKIP LOCKED)""";

    // One that an append still adds to is locked by it, and has its turn later.
    private static final String DELETED = """
            DELETE FROM webhook WHERE id IN (
                SELECT id FROM webhook
                WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM webhook_delivery WHERE webhook_id = webhook.id)
                LIMIT 1000 FOR UPDATE SKIP LOCKED)""";

    private final JdbcClient database;
    private final Clock clock;

    Retention(JdbcClient database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** @param age what has been over for longer is removed */
    void remove(Duration age) {
        repeat(database.sql(OVER).param("before", at(clock.instant().minus(age))));
        repeat(database.sql(OF_DELETED));
        repeat(database.sql(DELETED));
    }

    /** Each time a transaction of its own. */
    private static void repeat(JdbcClient.StatementSpec statement) {
        int removed;
        do {
            removed = statement.update();
        } while (removed > 0);
    }
}
