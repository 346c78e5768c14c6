package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One mount from the call of its process to its end: shows the tree, keeps it in step, flushes when asked to stop. */
final class Mount {
    private static final Duration SCAN = Duration.ofMillis(60);
    private static final int FLUSH_TRIES = 20;

    private final MountCall call;
    private final Path machine;
    private final MountTable table;
    private final MountFaults faults;
    private final Path point;
    private final List<Checkout> checkouts = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Pace pace = new Pace();
    private final long born = System.nanoTime();
    private volatile boolean unmounted;
    private volatile boolean doomed;
    private boolean listed;
    private boolean shown;
    private @Nullable String dead;

    Mount(MountCall call, Path machine, MountTable table, MountFaults faults, MountSettings settings) {
        this.call = call;
        this.machine = machine;
        this.table = table;
        this.faults = faults;
        this.point = settings.mountPoint();
        if (faults.refusal() != null) {
            throw MountFailure.lasting(String.valueOf(faults.refusal()));
        }
        checkPoint();
        open(settings);
    }

    Path point() {
        return point;
    }

    /** Ends the mount without a flush, as a lazy unmount may. */
    void unmount() {
        unmounted = true;
    }

    /** Has the process crash. */
    void die() {
        doomed = true;
    }

    /** Ends the mount because the simulation ends. */
    void close() {
        closed.countDown();
    }

    /** Serves until the process is stopped or gone. */
    void serve() throws IOException, InterruptedException {
        call.say("started");
        do {
            if (doomed || faults.dies(age())) {
                call.kill();
            }
            if (!call.alive()) {
                vanish();
                return;
            }
            if (unmounted) {
                vanish();
                call.exit(0, "");
                return;
            }
            if (call.terminated() && !faults.ignoresTerm()) {
                finish();
                return;
            }
            step();
        } while (!closed.await(SCAN.toMillis(), TimeUnit.MILLISECONDS));
        vanish();
        call.exit(1, "the simulation has ended");
    }

    private void checkPoint() {
        try {
            if (Files.exists(point)
                    && (!Files.isDirectory(point) || !Folders.children(point).isEmpty())) {
                throw MountFailure.lasting("the mount point is not empty: " + point);
            }
            Files.createDirectories(point);
        } catch (IOException e) {
            throw MountFailure.lasting("the mount point cannot be made: " + e);
        }
    }

    private void open(MountSettings settings) {
        Layout layout = settings.layout();
        if (layout != null) {
            MesaClient client = settings.accounts().getFirst();
            layout.places().forEach(place -> checkouts.add(open(client, place)));
            checkouts.forEach(outer -> checkouts.forEach(outer::leaveOut));
            return;
        }
        for (MesaClient client : settings.accounts()) {
            for (String repo : client.repos()) {
                String name = client.organisation() + "/" + repo;
                Path folder = point.resolve(name);
                checkouts.add(
                        Checkout.open(client, repo, folder, settings.pins().get(name), true));
            }
        }
    }

    private Checkout open(MesaClient client, Layout.Place place) {
        Path folder = point.resolve(place.path().substring(1));
        Layout.Branch branch = place.branch();
        return branch == null
                ? Checkout.open(client, place.repo(), folder, place.at(), place.writable())
                : Checkout.branch(client, place.repo(), folder, branch);
    }

    private void step() throws IOException {
        if (dead != null) {
            return;
        }
        try {
            if (!shown && faults.ready(age())) {
                show();
            } else if (shown) {
                sync();
            }
        } catch (MountFailure failure) {
            if (failure.isLasting()) {
                failClosed(failure);
            }
        } catch (IOException e) {
            // The agent works in the same folder and may take a file away under our hands: look again.
            call.say("log warning: " + e);
        }
    }

    /** The mount table comes first: whoever sees a tree must also see that it is mounted. */
    private void show() throws IOException {
        if (!listed) {
            table.add(point);
            listed = true;
        }
        for (Checkout checkout : checkouts) {
            if (!checkout.shown()) {
                checkout.show(machine.resolve("run/mesa/tree." + call.pid()));
            }
        }
        shown = true;
    }

    private void sync() throws IOException {
        pace.nextRound();
        boolean push = pace.scans() && !faults.keepsEditsBack();
        boolean pull = pace.pulls();
        for (Checkout checkout : checkouts) {
            boolean pushed = push && !checkout.push(false);
            boolean pulled = pull && checkout.pull();
            if (pushed || pulled) {
                pace.stir();
            }
        }
    }

    /** Without a working credential nothing may be read or written any more; the mount stays, its tree goes. */
    private void failClosed(MountFailure failure) throws IOException {
        dead = String.valueOf(failure.getMessage());
        call.say("log error: " + dead);
        Folders.empty(point);
    }

    private void finish() throws IOException, InterruptedException {
        faults.passFlushGate();
        if (!call.alive()) {
            vanish();
            return;
        }
        String failure = dead != null ? dead : shown ? flush() : null;
        vanish();
        call.exit(failure == null ? 0 : 1, failure == null ? "" : "flush failed: " + failure);
    }

    /** Sends all edits; null, or why some could not be sent. */
    private @Nullable String flush() throws InterruptedException {
        String failure = "edits keep coming";
        for (int i = 0; i < FLUSH_TRIES; i++) {
            try {
                boolean clean = true;
                for (Checkout checkout : checkouts) {
                    clean &= checkout.push(true);
                }
                if (clean) {
                    return null;
                }
            } catch (MountFailure | IOException e) {
                failure = String.valueOf(e.getMessage());
                if (e instanceof MountFailure mountFailure && mountFailure.isLasting()) {
                    return failure;
                }
                closed.await(SCAN.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return failure;
    }

    private void vanish() throws IOException {
        Folders.empty(point);
        Folders.delete(machine.resolve("run/mesa/tree." + call.pid()));
        if (listed) {
            table.remove(point);
        }
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - born);
    }
}
