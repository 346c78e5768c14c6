package dev.caprock.webhook;

import static dev.caprock.webhook.WebhookTable.at;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the deliveries. */
@Component
class DeliveryTable {

    /** Longer than any send, with room for clocks that differ. */
    private static final Duration CLAIM = Duration.ofMinutes(1);

    /** How many are sent to a webhook at once, of different sessions; one while it fails. */
    private static final int WIDTH = 4;

    // In any order, so that those who have work but may not have more of it now keep nobody else from being looked at.
    private static final String LOCK_WEBHOOKS = """
            SELECT webhook.id FROM webhook
            WHERE webhook.disabled_at IS NULL
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
            RETURNING delivery.id, delivery.webhook_id, next.url, delivery.payload, delivery.attempts, next.previous""";

    private static final String OVER = """
            UPDATE webhook_delivery SET status = :status, answer = :answer, error = :error, finished_at = :now,
                                        claim = NULL, claimed_until = NULL
            WHERE id = :id AND claim = :claim""";

    private static final String AGAIN = """
            UPDATE webhook_delivery SET answer = :answer, error = :error, due_at = :due, claim = NULL, claimed_until = NULL
            WHERE id = :id AND claim = :claim""";

    private static final String ALL_DUE = """
            UPDATE webhook_delivery SET due_at = :now WHERE webhook_id = :webhook AND status = 'PENDING' AND due_at > :now""";

    // What was never tried is given up only where its webhook failed all its life: not because none of us was there to
    // try, nor
    // because it waited for an earlier event that is only now given up. A day later that is over too.
    private static final String GIVE_UP = """
            UPDATE webhook_delivery delivery
            SET status = 'FAILED', finished_at = :now, claim = NULL, claimed_until = NULL,
                error = coalesce(delivery.error, CASE WHEN webhook.disabled_at IS NULL
                                                      THEN 'The receiver failed all day, so this was never tried.'
                                                      ELSE 'The receiver said that it is gone.' END)
            FROM webhook
            WHERE webhook.id = delivery.webhook_id AND delivery.status = 'PENDING'
              AND (delivery.claimed_until IS NULL OR delivery.claimed_until <= :now)
              AND (webhook.disabled_at IS NOT NULL
                   OR delivery.give_up_at <= :now AND (delivery.attempts > 0 OR webhook.failing_since < delivery.created_at)
                   OR delivery.give_up_at + interval '1 day' <= :now AND webhook.failures > 0)""";

    private static final String REMOVE = """
            DELETE FROM webhook_delivery WHERE id IN (
                SELECT id FROM webhook_delivery WHERE status <> 'PENDING' AND finished_at < :before LIMIT 1000)""";

    private static final String COLUMNS = """
            id, type, session_id, run_id, seq, status, attempts, created_at, due_at, answer, error, finished_at""";

    private static final String PAGE = "SELECT " + COLUMNS + """
             FROM webhook_delivery
            WHERE webhook_id = :webhook AND (cast(:before AS uuid) IS NULL OR id < :before)
              AND (cast(:status AS text) IS NULL OR status = :status)
            ORDER BY id DESC LIMIT :limit""";

    private static final String FIND =
            "SELECT " + COLUMNS + " FROM webhook_delivery WHERE webhook_id = :webhook AND id = :id";

    // A test goes before all else, as if it had been due for long, and is not worth a day of attempts.
    private static final String INSERT_TEST = """
            INSERT INTO webhook_delivery (id, webhook_id, type, payload, status, created_at, due_at, give_up_at)
            VALUES (:id, :webhook, 'webhook.test', :payload, 'PENDING', :now, :now - interval '1 day', :now + interval '1 minute')""";

    private static final String REPLAY = """
            UPDATE webhook_delivery SET status = 'PENDING', attempts = 0, due_at = :now, give_up_at = :giveUp, finished_at = NULL,
                                        answer = NULL, error = NULL
            WHERE webhook_id = :webhook""";

    private final JdbcClient database;

    DeliveryTable(JdbcClient database) {
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
                .query((row, number) -> claimed(row, claim))
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

    int giveUp(Instant now) {
        return database.sql(GIVE_UP).param("now", at(now)).update();
    }

    /** Some of what was over before then; 0 when there is nothing left. */
    int remove(Instant before) {
        return database.sql(REMOVE).param("before", at(before)).update();
    }

    List<Delivery> page(UUID webhook, Delivery.@Nullable Status status, @Nullable UUID before, int limit) {
        return database.sql(PAGE)
                .param("webhook", webhook)
                .param("status", status == null ? null : status.name())
                .param("before", before)
                .param("limit", limit)
                .query(DeliveryTable::delivery)
                .list();
    }

    Optional<Delivery> find(UUID webhook, UUID id) {
        return database.sql(FIND)
                .param("webhook", webhook)
                .param("id", id)
                .query(DeliveryTable::delivery)
                .optional();
    }

    void insertTest(UUID id, UUID webhook, String payload, Instant now) {
        database.sql(INSERT_TEST)
                .param("id", id)
                .param("webhook", webhook)
                .param("payload", payload)
                .param("now", at(now))
                .update();
    }

    /** Sends one again that is over. */
    void replay(UUID webhook, UUID id, Instant now) {
        replaying(webhook, now, " AND id = :id AND status <> 'PENDING'")
                .param("id", id)
                .update();
    }

    /** Sends all again that failed. How many. */
    int replayFailed(UUID webhook, Instant now) {
        return replaying(webhook, now, " AND status = 'FAILED'").update();
    }

    private JdbcClient.StatementSpec replaying(UUID webhook, Instant now, String which) {
        return database.sql(REPLAY + which)
                .param("webhook", webhook)
                .param("now", at(now))
                .param("giveUp", at(now.plus(Backoff.LIMIT)));
    }

    private static Claimed claimed(ResultSet row, UUID claim) throws SQLException {
        return new Claimed(
                row.getObject("id", UUID.class),
                row.getObject("webhook_id", UUID.class),
                claim,
                row.getString("url"),
                row.getString("payload"),
                row.getInt("attempts"),
                row.getBoolean("previous"));
    }

    private static Delivery delivery(ResultSet row, int number) throws SQLException {
        return new Delivery(
                row.getObject("id", UUID.class),
                row.getString("type"),
                row.getObject("session_id", UUID.class),
                row.getObject("run_id", UUID.class),
                row.getObject("seq", Long.class),
                Delivery.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getInt("attempts"),
                Objects.requireNonNull(WebhookTable.instant(row, "created_at")),
                Objects.requireNonNull(WebhookTable.instant(row, "due_at")),
                row.getObject("answer", Integer.class),
                row.getString("error"),
                WebhookTable.instant(row, "finished_at"));
    }
}
