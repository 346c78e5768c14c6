package dev.caprock.webhook;

import static dev.caprock.webhook.WebhookTable.at;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the deliveries as callers list them, and have them sent again. */
@Component
class DeliveryTable {

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

    private static final String PENDING = """
            SELECT count(*) AS number, min(delivery.created_at) AS since
            FROM webhook_delivery delivery JOIN webhook ON webhook.id = delivery.webhook_id
            WHERE delivery.status = 'PENDING' AND webhook.deleted_at IS NULL AND webhook.disabled_at IS NULL""";

    private static final String REPLAY = """
            UPDATE webhook_delivery SET status = 'PENDING', attempts = 0, due_at = :now, give_up_at = :giveUp, finished_at = NULL,
                                        answer = NULL, error = NULL
            WHERE webhook_id = :webhook""";

    private final JdbcClient database;

    DeliveryTable(JdbcClient database) {
        this.database = database;
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

    /**
     * What is to be delivered to webhooks that are there.
     *
     * @param since when the oldest of it was to be; null when there is none
     */
    record Pending(long number, @Nullable Instant since) {}

    Pending pending() {
        return database.sql(PENDING)
                .query((row, number) -> new Pending(row.getLong("number"), WebhookTable.instant(row, "since")))
                .single();
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
