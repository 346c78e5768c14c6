package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A disk that was kept. Deleting it leaves a tombstone. */
final class Snapshot {

    private final String id = Ids.snapshot();
    private final Session source;
    private final boolean manual;
    private final Path folder;
    private final Duration expiration;
    private final AdvanceableClock clock;
    private final long createdAt;
    private long usedAt;
    private long updatedAt;
    private boolean deleted;

    /** @param expiration zero is for ever; starts anew with each use */
    Snapshot(Session source, boolean manual, Path parent, Duration expiration, AdvanceableClock clock) {
        this.source = source;
        this.manual = manual;
        this.folder = parent.resolve(id);
        this.expiration = expiration;
        this.clock = clock;
        this.createdAt = clock.millis();
        this.usedAt = createdAt;
        this.updatedAt = createdAt;
    }

    String id() {
        return id;
    }

    Path folder() {
        return folder;
    }

    Profile profile() {
        return source.profile();
    }

    String sandbox() {
        return source.sandbox();
    }

    long createdAt() {
        return createdAt;
    }

    synchronized boolean usable() {
        return !deleted && (expiration.isZero() || clock.millis() < usedAt + expiration.toMillis());
    }

    /** @throws Refused if it is deleted or expired */
    synchronized Snapshot use() {
        if (!usable()) {
            throw Refused.of(410, "snapshot_not_found", "Snapshot '%s' not found.".formatted(id));
        }
        usedAt = clock.millis();
        return this;
    }

    synchronized void delete() {
        deleted = true;
        updatedAt = clock.millis();
        try {
            Disk.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized ObjectNode json() {
        var json = JsonMapper.shared()
                .createObjectNode()
                .put("id", id)
                .put("sourceSessionId", source.id())
                .put("region", Session.REGION)
                .put("architecture", "amd64")
                .put("status", deleted ? "deleted" : "created")
                .put("sizeBytes", size())
                .put("createdAt", createdAt)
                .put("updatedAt", updatedAt)
                .put("lastUsedAt", usedAt)
                .put("creationMethod", manual ? "manual" : "automatic");
        json.putArray("regions").add(Session.REGION);
        if (source.sourceSnapshotId() != null) {
            json.put("parentId", source.sourceSnapshotId());
        }
        if (!expiration.isZero()) {
            json.put("expiresAt", usedAt + expiration.toMillis());
        }
        return json;
    }

    private long size() {
        try {
            return deleted || !folder.toFile().exists() ? 0 : Disk.size(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return id;
    }

    static @Nullable String idOf(@Nullable Snapshot snapshot) {
        return snapshot == null ? null : snapshot.id();
    }
}
