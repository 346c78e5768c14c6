package dev.caprock.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of API keys. The database's clock says what has expired. */
@Component
class ApiKeyTable {

    private final JdbcClient jdbc;

    ApiKeyTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What a key that somebody sent is compared with.
     *
     * @param unnoted whether its use in this minute is still to be noted
     */
    record Stored(
            UUID id,
            String tenant,
            byte[] hash,
            Set<Scope> scopes,
            boolean revoked,
            boolean expired,
            boolean unnoted) {}

    void insert(ApiKey key, byte[] hash) {
        jdbc.sql("""
                        insert into api_key (id, tenant, name, hash, scopes, created_by, created_at, expires_at)
                            values (:id, :tenant, :name, :hash, :scopes, :createdBy, :createdAt, :expiresAt)""")
                .param("id", key.id())
                .param("tenant", key.tenant())
                .param("name", key.name())
                .param("hash", hash)
                .param("scopes", key.scopes().stream().map(Scope::text).sorted().toArray(String[]::new))
                .param("createdBy", key.createdBy())
                .param("createdAt", key.createdAt().atOffset(ZoneOffset.UTC))
                .param("expiresAt", key.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<Stored> stored(UUID id) {
        return jdbc.sql("""
                        select id, tenant, hash, scopes, revoked_at is not null as revoked,
                                expires_at <= clock_timestamp() as expired,
                                coalesce(last_used_at < clock_timestamp() - interval '1 minute', true) as unnoted
                            from api_key where id = :id""")
                .param("id", id)
                .query((row, number) -> new Stored(
                        row.getObject("id", UUID.class),
                        row.getString("tenant"),
                        row.getBytes("hash"),
                        scopes(row),
                        row.getBoolean("revoked"),
                        row.getBoolean("expired"),
                        row.getBoolean("unnoted")))
                .optional();
    }

    /** Writes at most once a minute, however many use it at once. */
    void used(UUID id) {
        jdbc.sql("""
                        update api_key set last_used_at = date_trunc('minute', clock_timestamp())
                            where id = (select id from api_key
                                where id = :id and coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)
                                for update skip locked)""").param("id", id).update();
    }

    /** A tenant's keys, newest first. */
    List<ApiKey> page(String tenant, @Nullable UUID before, int limit) {
        return jdbc.sql("""
                        select id, tenant, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
                            from api_key where tenant = :tenant and (cast(:before as uuid) is null or id < :before)
                            order by id desc limit :limit""")
                .param("tenant", tenant)
                .param("before", before)
                .param("limit", limit)
                .query(ApiKeyTable::key)
                .list();
    }

    Optional<ApiKey> find(String tenant, UUID id) {
        return jdbc.sql("""
                        select id, tenant, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
                            from api_key where tenant = :tenant and id = :id""")
                .param("tenant", tenant)
                .param("id", id)
                .query(ApiKeyTable::key)
                .optional();
    }

    /** Whether it was not revoked before. */
    boolean revoke(String tenant, UUID id) {
        return jdbc.sql("""
                        update api_key set revoked_at = clock_timestamp()
                            where tenant = :tenant and id = :id and revoked_at is null""").param("tenant", tenant).param("id", id).update() == 1;
    }

    private static ApiKey key(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("tenant"),
                row.getString("name"),
                scopes(row),
                row.getString("created_by"),
                Objects.requireNonNull(instant(row, "created_at")),
                Objects.requireNonNull(instant(row, "expires_at")),
                instant(row, "revoked_at"),
                instant(row, "last_used_at"));
    }

    /** A word that this version does not know gives nothing. */
    private static Set<Scope> scopes(ResultSet row) throws SQLException {
        String[] words = (String[]) row.getArray("scopes").getArray();
        return Arrays.stream(words).flatMap(word -> Scope.of(word).stream()).collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
