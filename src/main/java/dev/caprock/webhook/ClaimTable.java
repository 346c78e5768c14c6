package dev.caprock.webhook;

import static dev.caprock.webhook.WebhookTable.at;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of who sends what next, and what became of it. */
@Component
class ClaimTable {

    /** The longest time-out that can be set. */
    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(30);

    /** An attempt begins in its first half: so it ends in time, with room for clocks that differ. */
    private static final Duration CLAIM = LONGEST_ATTEMPT.multipliedBy(2);

    /** How many are sent to a webhook at once, of different sessions; one while it fails. */
    private static final int WIDTH = 4;

    // In any order, so that those who have work but may not have more of it now keep nobody else from being looked at.
    private static final String LOCK_WEBHOOKS = """
            SELECT webhook.id FROM webhook
            WHERE webhook.deleted_at IS NULL AND webhook.disabled_at IS NULL
              AND (webhook.rests_until IS NULL OR webhook.rests_until <= :now)
              AND EXISTS (SELECT FROM webhook_delivery delivery
                          WHERE delivery.webhook_id = webhook.id AND delivery.status = 'PENDING' AND delivery.due_at <= :now
                            AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= :now))
            ORDER BY random() LIMIT :limit
            FOR NO KEY UPDATE SKIP LOCKED""";

    // A statement of its own, which sees what others committed before they let the webhooks go.
    private static final String CLAIM_NEXT = """
            WITH lane AS (
                SELECT webhook.*,
                       CASE WHEN failures = 0 THEN :width ELSE 1 END
                       - (SELECT count(*) FROM webhook_delivery sent
                          WHERE sent.webhook_id = webhook.id AND sent.status = 'PENDING' AND sent.claimed_until > :now)
                       AS free
                FROM webhook WHERE id = ANY (:webhooks::uuid[])),
            next AS (
                SELECT line.id, lane.url,
                       lane.previous_until IS NOT NULL AND lane.previous_until > :now AS previous
                FROM lane CROSS JOIN LATERAL (
                    SELECT due.id FROM webhook_delivery due
                    WHERE due.webhook_id = lane.id AND due.status = 'PENDING' AND due.due_at <= :now
                      AND (due.claimed_until IS NULL OR due.claimed_until <= :now)
                      AND NOT EXISTS (SELECT FROM webhook_delivery earlier
                                      WHERE earlier.webhook_id = due.webhook_id AND earlier.session_id = due.session_id
                                        AND earlier.status = 'PENDING' AND earlier.seq < due.seq)
                    ORDER BY due.due_at LIMIT greatest(lane.free, 0)) line
                LIMIT :limit)
            UPDATE webhook_delivery delivery
            SET claim = :claim, claimed_until = :until, attempts = attempts + 1
            FROM next WHERE delivery.id = next.id
            RETURNING delivery.id, delivery.webhook_id, next.url, delivery.payload, delivery.attempts, next.previous,
                      (SELECT traceparent FROM session WHERE session.id = delivery.session_id) AS traceparent""";

    private static final String OVER = """
            UPDATE webhook_delivery SET status = :status, answer = :answer, error = :error, finished_at = :now,
                                        claim = NULL, claimed_until = NULL
            WHERE id = :id AND claim = :claim""";

    private static final String AGAIN = """
            UPDATE webhook_delivery SET answer = :answer, error = :error, due_at = :due, claim = NULL, claimed_until = NULL
            WHERE id = :id AND claim = :claim""";

    private static final String ALL_DUE = """
            UPDATE webhook_delivery SET due_at = :now WHERE webhook_id = :webhook AND status = 'PENDING' AND due_at > :now""";

    private final JdbcClient database;

    ClaimTable(JdbcClient database) {
        this.database = database;
    }

    /** Takes what is due and nobody has, in the caller's transaction; at most {@code limit}. */
    List<Claimed> claim(Instant now, UUID claim, int limit) {
        String[] webhooks = database.sql(LOCK_WEBHOOKS)
                .param("now", at(now))
                .param("limit", limit)
                .query(String.class)
                .list()
                .toArray(String[]::new);
        if (webhooks.length == 0) {
            return List.of();
        }
        return database.sql(CLAIM_NEXT)
                .param("now", at(now))
                .param("until", at(now.plus(CLAIM)))
                .param("claim", claim)
                .param("width", WIDTH)
                .param("limit", limit)
                .param("webhooks", webhooks)
                .query((row, number) -> claimed(row, claim, now))
                .list();
    }

    /** Whether the claim was still ours. */
    boolean over(
            Claimed claimed, Delivery.Status status, @Nullable Integer answer, @Nullable String error, Instant now) {
        return database.sql(OVER)
                        .param("id", claimed.id())
                        .param("claim", claimed.claim())
                        .param("status", status.name())
                        .param("answer", answer)
                        .param("error", error)
                        .param("now", at(now))
                        .update()
                > 0;
    }

    /** Whether the claim was still ours. */
    boolean again(Claimed claimed, @Nullable Integer answer, String error, Instant due) {
        return database.sql(AGAIN)
                        .param("id", claimed.id())
                        .param("claim", claimed.claim())
                        .param("answer", answer)
                        .param("error", error)
                        .param("due", at(due))
                        .update()
                > 0;
    }

    /** Ends all waiting of a webhook's deliveries. */
    void allDue(UUID webhook, Instant now) {
        database.sql(ALL_DUE).param("webhook", webhook).param("now", at(now)).update();
    }

    private static Claimed claimed(ResultSet row, UUID claim, Instant now) throws SQLException {
        return new Claimed(
                row.getObject("id", UUID.class),
                row.getObject("webhook_id", UUID.class),
                claim,
                now.plus(CLAIM).minus(LONGEST_ATTEMPT),
                row.getString("url"),
                row.getString("payload"),
                row.getString("traceparent"),
                row.getInt("attempts"),
                row.getBoolean("previous"),
                List.of());
    }
}
