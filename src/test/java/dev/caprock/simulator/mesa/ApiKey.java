package dev.caprock.simulator.mesa;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An API key as the server keeps it: by hash, never by value. Guarded by its {@link Keys}. */
final class ApiKey {
    private final String id;
    private final String hash;
    private final @Nullable String name;
    private final List<String> scopes;
    private final @Nullable Set<String> repoIds;
    private final Map<String, String> tags;
    private final Instant createdAt;
    private final @Nullable Instant expiresAt;
    private volatile @Nullable Instant revokedAt;
    private volatile @Nullable Instant lastUsedAt;

    ApiKey(String id, String hash, Grant grant, Instant createdAt) {
        this.id = id;
        this.hash = hash;
        this.name = grant.name();
        this.scopes = grant.scopes();
        this.repoIds = grant.repoIds();
        this.tags = new TreeMap<>(grant.tags());
        this.createdAt = createdAt;
        this.expiresAt = grant.expiresAt();
    }

    /** What a new key is asked to be; null repositories mean all, a null end means never. */
    record Grant(
            @Nullable String name,
            List<String> scopes,
            @Nullable Set<String> repoIds,
            Map<String, String> tags,
            @Nullable Instant expiresAt) {}

    String id() {
        return id;
    }

    String hash() {
        return hash;
    }

    @Nullable
    String name() {
        return name;
    }

    List<String> scopes() {
        return scopes;
    }

    @Nullable
    Set<String> repoIds() {
        return repoIds;
    }

    Map<String, String> tags() {
        return tags;
    }

    @Nullable
    Instant expiresAt() {
        return expiresAt;
    }

    void revoke(Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
        }
    }

    void used(Instant now) {
        lastUsedAt = now;
    }

    /** {@code active}, {@code revoked} or {@code expired}. */
    String status(Instant now) {
        if (revokedAt != null) {
            return "revoked";
        }
        return expiresAt != null && !now.isBefore(expiresAt) ? "expired" : "active";
    }

    boolean active(Instant now) {
        return status(now).equals("active");
    }

    Map<String, @Nullable Object> json() {
        return Json.object(
                "id",
                id,
                "name",
                name,
                "scopes",
                scopes,
                "repo_ids",
                repoIds,
                "metadata",
                null,
                "tags",
                Map.copyOf(tags),
                "last_used_at",
                text(lastUsedAt),
                "expires_at",
                text(expiresAt),
                "revoked_at",
                text(revokedAt),
                "created_at",
                createdAt.toString());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
