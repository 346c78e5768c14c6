package dev.caprock.simulator.vercel;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** All sandboxes of the project, and all sessions that ever were. */
final class Sandboxes {

    private final Map<String, SimulatedSandbox> sandboxes = new ConcurrentHashMap<>();
    private final Map<String, SimulatedSandbox> owners = new ConcurrentHashMap<>();
    private final VercelSettings settings;
    private final Snapshots snapshots;
    private final AdvanceableClock clock;

    Sandboxes(VercelSettings settings, Snapshots snapshots, AdvanceableClock clock) {
        this.settings = settings;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /** Makes a sandbox; its name is taken from the beginning, but nobody can find it before it is booted. */
    SimulatedSandbox create(SandboxRequest request, boolean byRuntime, @Nullable CountDownLatch pending) {
        var base = request.snapshotId() == null ? null : snapshots.use(request.snapshotId());
        var profile = base != null ? base.profile() : profile(request, byRuntime);
        var sandbox = reserve(request, profile, base);
        try {
            own(sandbox, sandbox.boot(pending));
            return sandbox;
        } catch (RuntimeException e) {
            sandboxes.remove(sandbox.name());
            throw e;
        }
    }

    private Profile profile(SandboxRequest request, boolean byRuntime) {
        if (!byRuntime && request.runtime() != null) {
            throw Refused.invalid("should NOT have additional property `runtime`.");
        }
        String runtime =
                request.runtime() == null && request.image() == null && byRuntime ? "node24" : request.runtime();
        return runtime != null ? Profile.runtime(runtime) : Profile.image(request.image(), settings.images());
    }

    private synchronized SimulatedSandbox reserve(SandboxRequest request, Profile profile, @Nullable Snapshot base) {
        String name = request.name() == null ? Ids.name() : request.name();
        if (sandboxes.containsKey(name)) {
            throw Refused.badRequest("A sandbox with the name '%s' already exists for this project.".formatted(name));
        }
        checkConcurrency();
        var sandbox = new SimulatedSandbox(name, request, profile, base, settings, snapshots, clock);
        sandboxes.put(name, sandbox);
        return sandbox;
    }

    private void checkConcurrency() {
        if (sandboxes.values().stream().filter(SimulatedSandbox::costs).count()
                >= settings.plan().concurrency()) {
            throw Refused.tooMany(Refused.CONCURRENCY);
        }
    }

    private void own(SimulatedSandbox sandbox, Session session) {
        owners.put(session.id(), sandbox);
    }

    /** @return whether there is a new session */
    synchronized boolean resume(SimulatedSandbox sandbox) {
        if (sandbox.session().status().over()) {
            checkConcurrency();
        }
        boolean resumed = sandbox.resume();
        own(sandbox, sandbox.session());
        return resumed;
    }

    SimulatedSandbox find(String name) {
        var sandbox = sandboxes.get(name);
        if (sandbox == null || !sandbox.booted()) {
            throw Refused.notFound("Named sandbox '%s' not found for this project.".formatted(name));
        }
        return sandbox;
    }

    /** The sandbox that a session is or was of, deleted ones included. */
    SimulatedSandbox owner(String sessionId) {
        var sandbox = owners.get(sessionId);
        if (sandbox == null) {
            throw Refused.notFound("Sandbox not found.");
        }
        return sandbox;
    }

    @Nullable
    String nameOfOwner(String sessionId) {
        var sandbox = owners.get(sessionId);
        return sandbox == null ? null : sandbox.name();
    }

    Session session(String sessionId) {
        return owner(sessionId).sessions().stream()
                .filter(session -> session.id().equals(sessionId))
                .findFirst()
                .orElseThrow();
    }

    List<SimulatedSandbox> all() {
        return List.copyOf(sandboxes.values());
    }

    /** Those that can be found. */
    List<SimulatedSandbox> booted() {
        return all().stream().filter(SimulatedSandbox::booted).toList();
    }

    /** Frees the name; what runs is the caller's to end. */
    void remove(SimulatedSandbox sandbox) {
        sandboxes.remove(sandbox.name(), sandbox);
    }

    boolean uses(Snapshot snapshot) {
        return all().stream().anyMatch(sandbox -> snapshot.equals(sandbox.current()));
    }

    /** One at a time: when it returns, what was due has ended. */
    synchronized void expire() {
        all().forEach(SimulatedSandbox::expireIfDue);
    }
}
