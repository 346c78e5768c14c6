package dev.caprock.simulator.vercel;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A name in a project, with all its sessions, from create to delete. */
final class SimulatedSandbox {

    private static final int LONGEST_LINGER_SECONDS = 60;

    private final String name;
    private final Profile profile;
    private final VercelSettings settings;
    private final Snapshots snapshots;
    private final AdvanceableClock clock;
    private final long createdAt;
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private final String subdomain = Ids.subdomain();
    private SandboxRequest request;
    private @Nullable Snapshot current;
    private long updatedAt;

    SimulatedSandbox(
            String name,
            SandboxRequest request,
            Profile profile,
            @Nullable Snapshot base,
            VercelSettings settings,
            Snapshots snapshots,
            AdvanceableClock clock) {
        this.name = name;
        this.request = request;
        this.profile = profile;
        this.current = base;
        this.settings = settings;
        this.snapshots = snapshots;
        this.clock = clock;
        this.createdAt = clock.millis();
        this.updatedAt = createdAt;
    }

    String name() {
        return name;
    }

    long createdAt() {
        return createdAt;
    }

    synchronized SandboxRequest request() {
        return request;
    }

    synchronized @Nullable Snapshot current() {
        return current;
    }

    /** Whether a first session is there. */
    boolean booted() {
        return !sessions.isEmpty();
    }

    /** Whether it counts as one of those that the plan limits. */
    boolean costs() {
        return !booted() || !session().status().over();
    }

    Session session() {
        return sessions.getLast();
    }

    List<Session> sessions() {
        return sessions;
    }

    /** Boots a session. With a latch it stays pending until that opens. */
    Session boot(@Nullable CountDownLatch pending) {
        var session = new Session(name, request(), profile, current(), settings.services(), clock);
        sessions.add(session);
        when(pending, session::run);
        return session;
    }

    /**
     * As {@code resume=true} asks; nothing happens to a sandbox that runs. The caller checks the concurrency.
     *
     * @return whether there is a new session
     */
    synchronized boolean resume() {
        if (!session().status().over()) {
            return false;
        }
        resumable().use();
        boot(null);
        return true;
    }

    private Snapshot resumable() {
        if (current == null) {
            throw Refused.of(400, "snapshot_not_found", "Cannot resume sandbox: no snapshot available.");
        }
        return current;
    }

    /**
     * Stops the current session; a persistent sandbox keeps its disk.
     *
     * @param linger if there, the session is {@code stopping} until it opens
     */
    void stop(@Nullable CountDownLatch linger) {
        var session = session();
        if (session.begin(SessionStatus.STOPPING)) {
            if (request().persistent()) {
                keep(session, false, request().snapshotExpiration());
            }
            when(linger, () -> session.finish(SessionStatus.STOPPED));
        }
    }

    /** Ends the current session by keeping its disk. */
    Snapshot snapshot(Duration expiration, @Nullable CountDownLatch linger) {
        var session = session();
        session.usable();
        if (!session.begin(SessionStatus.SNAPSHOTTING)) {
            session.usable();
        }
        var kept = keep(session, true, expiration);
        when(linger, () -> session.finish(SessionStatus.STOPPED));
        return kept;
    }

    private synchronized Snapshot keep(Session session, boolean manual, Duration expiration) {
        var snapshot = snapshots.create(session, manual, expiration);
        session.keep(snapshot);
        current = snapshot;
        return snapshot;
    }

    private static void when(@Nullable CountDownLatch latch, Runnable work) {
        if (latch == null) {
            work.run();
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                boolean ignored = latch.await(LONGEST_LINGER_SECONDS, TimeUnit.SECONDS);
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Ends whatever there is of it, keeping nothing. */
    void end(SessionStatus how) {
        sessions.forEach(session -> session.finish(how));
    }

    void expireIfDue() {
        if (booted() && session().expired()) {
            stop(null);
        }
        sessions.forEach(session -> session.commands().forEach(SimulatedCommand::killIfDue));
    }

    /** Changes what is stored; what runs goes on as it was. */
    synchronized void update(SandboxRequest changed, @Nullable Snapshot rolledBackTo) {
        request = changed;
        current = rolledBackTo == null ? current : rolledBackTo;
        updatedAt = clock.millis();
    }

    LiveSandbox live() {
        if (!booted()) {
            return new LiveSandbox(name, "", "pending", request().tags(), 0, true, List.of());
        }
        var session = session();
        boolean running = !session.status().over();
        return new LiveSandbox(
                name,
                session.id(),
                session.status().word(),
                request().tags(),
                sessions.size(),
                running,
                running ? session.machine().processes() : List.of());
    }

    /** As create answers. */
    synchronized ObjectNode json() {
        var session = session();
        var json = JsonMapper.shared()
                .createObjectNode()
                .put("name", name)
                .put("currentSessionId", session.id())
                .put("status", session.status().word())
                .put("statusUpdatedAt", session.updatedAt())
                .put("persistent", request.persistent())
                .put("region", Session.REGION)
                .put("vcpus", request.vcpus())
                .put("memory", request.vcpus() * 2048)
                .put("runtime", profile.runtime())
                .put("architecture", "amd64")
                .put("timeout", request.timeout().toMillis())
                .put("cwd", profile.directory())
                .put("createdAt", createdAt)
                .put("updatedAt", Math.max(updatedAt, session.updatedAt()));
        json.putArray("failoverRegions");
        json.set("tags", JsonMapper.shared().valueToTree(request.tags()));
        if (profile.image() != null) {
            json.put("image", profile.image());
        }
        if (current != null) {
            json.put("currentSnapshotId", current.id());
        }
        var policy = NetworkPolicy.answered(request.json().path("networkPolicy"));
        if (policy != null) {
            json.set("networkPolicy", policy);
        }
        for (String echoed : List.of("snapshotExpiration", "keepLastSnapshots")) {
            if (request.json().has(echoed)) {
                json.set(echoed, request.json().get(echoed));
            }
        }
        return json;
    }

    /** As stop and delete answer. */
    ObjectNode withTotals() {
        long duration = sessions.stream().mapToLong(Session::duration).sum();
        return json().put("totalEgressBytes", 0)
                .put("totalIngressBytes", 0)
                .put("totalActiveCpuDurationMs", duration)
                .put("totalDurationMs", duration);
    }

    /** As get and list answer. */
    ObjectNode withExpiry() {
        var session = session();
        var json = withTotals();
        return session.status() == SessionStatus.RUNNING ? json.put("expiresAt", session.expiresAt()) : json;
    }

    /** The whole answer of create and get. */
    ObjectNode answer(ObjectNode sandbox) {
        var answer = JsonMapper.shared().createObjectNode();
        answer.set("sandbox", sandbox);
        answer.set("session", session().json());
        var routes = answer.putArray("routes");
        request()
                .json()
                .path("ports")
                .valueStream()
                .forEach(port -> routes.addObject()
                        .put("url", "https://%s.vercel.run".formatted(subdomain))
                        .put("subdomain", subdomain)
                        .put("port", port.asInt()));
        return answer;
    }
}
