package dev.caprock.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of the webhooks. */
@Component
class WebhookTable {

    private static final String OF_TENANT = "SELECT * FROM webhook WHERE tenant = :tenant AND deleted_at IS NULL";

    private static final String INSERT = """
            INSERT INTO webhook (id, tenant, url, description, events, created_by, created_at)
            VALUES (:id, :tenant, :url, :description, :events, :createdBy, :createdAt)""";

    private static final String LOCK = """
            SELECT tenant, url, failures, failing_since, rests_until, disabled_at FROM webhook
            WHERE id = :id AND deleted_at IS NULL FOR NO KEY UPDATE""";

    private static final String RECOVERED = """
            UPDATE webhook SET failures = 0, failing_since = NULL, rests_until = NULL WHERE id = :id""";

    private static final String FAILED = """
            UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, :now),
                                        rests_until = :until
            WHERE id = :id""";

    private final JdbcClient database;

    WebhookTable(JdbcClient database) {
        this.database = database;
    }

    /**
     * How a webhook stands, for whoever has its lock.
     *
     * @param failures attempts that failed one after the other
     */
    record Standing(
            String tenant,
            String url,
            int failures,
            @Nullable Instant failingSince,
            @Nullable Instant restsUntil,
            @Nullable Instant disabledAt) {

        boolean restsAt(Instant now) {
            return restsUntil != null && now.isBefore(restsUntil);
        }
    }

    /** Has those who change how many a tenant has wait for each other. */
    void lockTenant(String tenant) {
        database.sql("SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :tenant, 0))")
                .param("tenant", tenant)
                .query(row -> {});
    }

    void insert(Webhook webhook, String tenant, String createdBy) {
        database.sql(INSERT)
                .param("id", webhook.id())
                .param("tenant", tenant)
                .param("url", webhook.url())
                .param("description", webhook.description())
                .param(
                        "events",
                        webhook.events() == null ? null : webhook.events().toArray(String[]::new))
                .param("createdBy", createdBy)
                .param("createdAt", at(webhook.createdAt()))
                .update();
    }

    /** Newest first. */
    List<Webhook> of(String tenant) {
        return database.sql(OF_TENANT + " ORDER BY id DESC")
                .param("tenant", tenant)
                .query(WebhookTable::webhook)
                .list();
    }

    Optional<Webhook> find(String tenant, UUID id) {
        return database.sql(OF_TENANT + " AND id = :id")
                .param("tenant", tenant)
                .param("id", id)
                .query(WebhookTable::webhook)
                .optional();
    }

    /** From now on it is there for nobody. Its rows are removed later: that may take long, and journals append meanwhile. */
    void delete(UUID id, Instant now) {
        set(id, "deleted_at", now);
    }

    /** Holds a webhook to the end of the transaction. Empty when it was deleted. */
    Optional<Standing> lock(UUID id) {
        return database.sql(LOCK)
                .param("id", id)
                .query((row, number) -> new Standing(
                        row.getString("tenant"),
                        row.getString("url"),
                        row.getInt("failures"),
                        instant(row, "failing_since"),
                        instant(row, "rests_until"),
                        instant(row, "disabled_at")))
                .optional();
    }

    void previousUntil(UUID id, Instant end) {
        set(id, "previous_until", end);
    }

    void disable(UUID id, Instant now) {
        set(id, "disabled_at", now);
    }

    /** Has it tried as soon as there is something, though it failed. */
    void wake(UUID id) {
        set(id, "rests_until", null);
    }

    void recovered(UUID id) {
        database.sql(RECOVERED).param("id", id).update();
    }

    void failed(UUID id, Instant now, Instant restsUntil) {
        database.sql(FAILED)
                .param("id", id)
                .param("now", at(now))
                .param("until", at(restsUntil))
                .update();
    }

    private void set(UUID id, String column, @Nullable Instant value) {
        database.sql("UPDATE webhook SET %s = cast(:value AS timestamptz) WHERE id = :id".formatted(column))
                .param("id", id)
                .param("value", value == null ? null : at(value))
                .update();
    }

    static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        @Nullable OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private static Webhook webhook(ResultSet row, int number) throws SQLException {
        var events = row.getArray("events");
        return new Webhook(
                row.getObject("id", UUID.class),
                row.getString("url"),
                row.getString("description"),
                events == null ? null : List.of((String[]) events.getArray()),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "failing_since"),
                instant(row, "disabled_at"));
    }
}
