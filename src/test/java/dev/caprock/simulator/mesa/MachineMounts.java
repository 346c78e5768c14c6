package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches the folder {@code run/mesa} of one machine and serves the calls that its processes lay there. */
final class MachineMounts implements AutoCloseable {
    private static final long LOOK_MILLIS = 25;
    private static final long LOOK_MILLIS_WHILE_MOUNTED = 100;

    private final Path machine;
    private final Path desk;
    private final URI url;
    private final MountFaults faults;
    private final MountTable table;
    private final Set<Path> served = ConcurrentHashMap.newKeySet();
    private final Map<Path, Mount> mounts = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    MachineMounts(Path machine, URI url, MountFaults faults) throws IOException {
        this.machine = machine.toAbsolutePath().normalize();
        this.desk = this.machine.resolve("run").resolve("mesa");
        this.url = url;
        this.faults = faults;
        this.table = new MountTable(this.machine);
        Files.createDirectories(desk);
        Files.writeString(desk.resolve("attached"), "");
        start("mesa-desk", this::watch);
    }

    List<Mount> mounts() {
        return List.copyOf(mounts.values());
    }

    /** Ends all mounts of the machine; their processes exit. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(desk.resolve("attached"));
        closed.countDown();
        mounts.values().forEach(Mount::close);
        for (Thread thread : threads) {
            join(thread);
        }
    }

    private void watch() throws IOException, InterruptedException {
        do {
            look();
        } while (!closed.await(mounts.isEmpty() ? LOOK_MILLIS : LOOK_MILLIS_WHILE_MOUNTED, TimeUnit.MILLISECONDS));
        look();
        mounts.values().forEach(Mount::close);
    }

    private void look() throws IOException {
        served.removeIf(Files::notExists);
        for (Path entry : Folders.children(desk)) {
            String name = String.valueOf(entry.getFileName());
            if (name.matches("\\d+") && served.add(entry)) {
                start("mesa-mount-" + name, () -> serve(entry));
            } else if (name.startsWith("unmount.")) {
                unmount(Files.readString(entry).strip());
                Files.delete(entry);
            }
        }
    }

    private void unmount(String point) throws IOException {
        for (Mount mount : mounts.values()) {
            boolean same = Files.exists(mount.point())
                    && mount.point().toRealPath().toString().equals(point);
            if (same || mount.point().toString().equals(point)) {
                mount.unmount();
            }
        }
    }

    private void serve(Path folder) throws IOException, InterruptedException {
        try (MountCall call = new MountCall(folder)) {
            try {
                Mount mount = new Mount(call, machine, table, faults, MountSettings.of(call, machine, url));
                mounts.put(folder, mount);
                if (closed.getCount() == 0) {
                    mount.close();
                }
                mount.serve();
            } catch (MountFailure failure) {
                call.exit(1, String.valueOf(failure.getMessage()));
            }
        } finally {
            mounts.remove(folder);
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void start(String name, Work work) {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                work.run();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
    }

    private static void join(Thread thread) {
        try {
            thread.join(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
