package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All disks that were kept, in one folder that is made when it is needed. */
final class Snapshots implements AutoCloseable {

    private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();
    private final AdvanceableClock clock;
    private @Nullable Path folder;

    Snapshots(AdvanceableClock clock) {
        this.clock = clock;
    }

    /** One whose disk is yet to be filled. */
    Snapshot create(Session source, boolean manual, Duration expiration) {
        var snapshot = new Snapshot(source, manual, folder(), expiration, clock);
        snapshots.put(snapshot.id(), snapshot);
        return snapshot;
    }

    private synchronized Path folder() {
        if (folder == null) {
            try {
                folder = Files.createTempDirectory("caprock-snapshots-").toRealPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        }
        return folder;
    }

    /** One that was made, deleted ones included. */
    Snapshot find(String id) {
        var snapshot = snapshots.get(id);
        if (snapshot == null) {
            throw Refused.notFound("Snapshot '%s' not found.".formatted(id));
        }
        return snapshot;
    }

    /** One to boot from. */
    Snapshot use(String id) {
        var snapshot = snapshots.get(id);
        if (snapshot == null) {
            throw Refused.of(410, "snapshot_not_found", "Snapshot '%s' not found.".formatted(id));
        }
        return snapshot.use();
    }

    /** @param sandbox the name of its source, or null for all */
    List<Snapshot> of(@Nullable String sandbox) {
        return snapshots.values().stream()
                .filter(snapshot -> sandbox == null || snapshot.sandbox().equals(sandbox))
                .toList();
    }

    @Override
    public synchronized void close() {
        if (folder != null) {
            try {
                Disk.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
