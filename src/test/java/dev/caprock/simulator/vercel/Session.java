package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineCommand;
import dev.caprock.simulator.machine.MachineService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One boot of a sandbox, from its request until nothing of it runs any more. */
final class Session {

    static final String REGION = "iad1";

    private final String id = Ids.session();
    private final String sandbox;
    private final SandboxRequest request;
    private final Profile profile;
    private final @Nullable String sourceSnapshotId;
    private final AdvanceableClock clock;
    private final long requestedAt;
    private final Disk disk;
    private final Machine machine;
    private final List<SimulatedCommand> commands = new CopyOnWriteArrayList<>();
    private SessionStatus status = SessionStatus.PENDING;
    private Duration timeout;
    private long startedAt;
    private long updatedAt;
    private long requestedStopAt;
    private long endedAt;
    private @Nullable JsonNode networkPolicy;

    /** Boots it; it is pending until {@link #run}. */
    Session(
            String sandbox,
            SandboxRequest request,
            Profile profile,
            @Nullable Snapshot source,
            List<MachineService> services,
            AdvanceableClock clock) {
        this.sandbox = sandbox;
        this.request = request;
        this.profile = profile;
        this.sourceSnapshotId = Snapshot.idOf(source);
        this.clock = clock;
        this.requestedAt = clock.millis();
        this.updatedAt = requestedAt;
        this.timeout = request.timeout();
        this.networkPolicy = NetworkPolicy.answered(request.json().path("networkPolicy"));
        this.disk = new Disk(profile, source == null ? null : source.folder());
        var attached = new ArrayList<MachineService>();
        attached.add(disk); // the last to be detached: mounts are gone when it is kept
        attached.addAll(services);
        this.machine = Machine.start(profile.template(), attached);
    }

    String id() {
        return id;
    }

    String sandbox() {
        return sandbox;
    }

    Profile profile() {
        return profile;
    }

    Machine machine() {
        return machine;
    }

    @Nullable
    String sourceSnapshotId() {
        return sourceSnapshotId;
    }

    long requestedAt() {
        return requestedAt;
    }

    synchronized SessionStatus status() {
        return status;
    }

    synchronized long updatedAt() {
        return updatedAt;
    }

    synchronized long expiresAt() {
        return startedAt + timeout.toMillis();
    }

    /** From pending. */
    synchronized void run() {
        if (status == SessionStatus.PENDING) {
            startedAt = clock.millis();
            move(SessionStatus.RUNNING);
        }
    }

    private void move(SessionStatus next) {
        status = next;
        updatedAt = clock.millis();
    }

    /** @throws Refused if nothing can be asked of it now */
    synchronized Session usable() {
        return switch (status) {
            case RUNNING -> this;
            // what the service says while pending is not known; this is a guess
            case PENDING -> throw Refused.of(422, "sandbox_pending", "Sandbox is not running yet");
            case STOPPING -> throw Refused.of(422, "sandbox_stopping", "Sandbox is stopping");
            case SNAPSHOTTING -> throw Refused.of(422, "sandbox_snapshotting", "Sandbox is creating a snapshot");
            case STOPPED, FAILED, ABORTED -> throw Refused.stopped();
        };
    }

    /**
     * Turns to an end.
     *
     * @param passing stopping or snapshotting
     * @return false if it had turned to an end already
     */
    synchronized boolean begin(SessionStatus passing) {
        if (!status.open()) {
            return false;
        }
        requestedStopAt = clock.millis();
        move(passing);
        return true;
    }

    /** Ends whatever runs. A second time does nothing but wait for the first. */
    void finish(SessionStatus end) {
        begin(SessionStatus.STOPPING);
        commands.forEach(SimulatedCommand::lose);
        machine.kill();
        synchronized (this) {
            if (!status.over()) {
                endedAt = clock.millis();
                move(end);
            }
        }
    }

    /** Has the disk kept when this ends. */
    void keep(Snapshot snapshot) {
        disk.keepIn(snapshot.folder());
    }

    synchronized boolean expired() {
        return status == SessionStatus.RUNNING && clock.millis() >= expiresAt();
    }

    /** @throws Refused if the plan does not allow it */
    synchronized void extend(Duration more, Plan plan) {
        if (timeout.plus(more).compareTo(plan.longestRun()) > 0) {
            throw Refused.of(
                    400,
                    "sandbox_timeout_invalid",
                    "The sandbox cannot run longer than %d ms"
                            .formatted(plan.longestRun().toMillis()));
        }
        timeout = timeout.plus(more);
        updatedAt = clock.millis();
    }

    synchronized void limitNetwork(JsonNode policy) {
        NetworkPolicy.check(policy);
        networkPolicy = NetworkPolicy.answered(policy);
        updatedAt = clock.millis();
    }

    /** Where a path lies on the host. */
    Path path(String path, @Nullable String directory) {
        String base = directory == null ? profile.directory() : directory;
        return machine.resolve(profile.user(), path.startsWith("/") ? path : base + "/" + path);
    }

    /** @throws Refused if there is no such directory or no such program */
    SimulatedCommand start(CommandRequest asked) {
        Path directory = path(asked.cwd() == null ? "." : asked.cwd(), null);
        if (!Files.isDirectory(directory)) {
            throw Refused.badRequest("[invalid_argument] directory not found: " + asked.cwd());
        }
        var environment = new HashMap<>(request.environment());
        environment.putAll(asked.environment());
        var command = new MachineCommand(
                asked.line(program(asked.program())),
                asked.sudo() ? Machine.ROOT : profile.user(),
                environment,
                directory.toString(),
                false);
        if (!machine.finds(command)) {
            throw Refused.of(
                    400,
                    "executable_not_found",
                    "[invalid_argument] executable file not found in $PATH: " + asked.program());
        }
        String cwd = asked.cwd() == null ? profile.directory() : asked.cwd();
        var started = new SimulatedCommand(asked, cwd, id, machine.start(command), clock);
        commands.add(started);
        started.pump();
        return started;
    }

    /** The machine's own file before the host's. */
    private String program(String name) {
        Path inside = machine.resolve(profile.user(), name);
        return name.startsWith("/") && Files.isRegularFile(inside) ? inside.toString() : name;
    }

    List<SimulatedCommand> commands() {
        return commands;
    }

    SimulatedCommand command(String commandId) {
        return commands.stream()
                .filter(command -> command.id().equals(commandId))
                .findFirst()
                .orElseThrow(() -> Refused.notFound("Command not found."));
    }

    synchronized long duration() {
        long end = status.over() ? endedAt : clock.millis();
        return startedAt == 0 ? 0 : end - startedAt;
    }

    synchronized ObjectNode json() {
        var json = JsonMapper.shared()
                .createObjectNode()
                .put("id", id)
                .put("runtime", profile.runtime())
                .put("architecture", "amd64")
                .put("requestedAt", requestedAt)
                .put("status", status.word())
                .put("vcpus", request.vcpus())
                .put("memory", request.vcpus() * 2048)
                .put("timeout", timeout.toMillis())
                .put("region", REGION)
                .put("cwd", profile.directory())
                .put("createdAt", requestedAt)
                .put("updatedAt", updatedAt)
                .put("interactivePort", 26661)
                .put("sourceSandboxName", sandbox)
                .put("projectId", request.json().path("projectId").asString(""));
        if (startedAt > 0) {
            json.put("startedAt", startedAt);
        }
        if (sourceSnapshotId != null) {
            json.put("sourceSnapshotId", sourceSnapshotId);
        }
        if (networkPolicy != null) {
            json.set("networkPolicy", networkPolicy);
        }
        if (requestedStopAt > 0) {
            json.put("requestedStopAt", requestedStopAt);
        }
        return status.over() ? ended(json) : json;
    }

    private ObjectNode ended(ObjectNode json) {
        json.put(status == SessionStatus.ABORTED ? "abortedAt" : "stoppedAt", endedAt)
                .put("duration", duration())
                .put("activeCpuDurationMs", duration());
        json.putObject("networkTransfer").put("ingress", 0).put("egress", 0);
        return json;
    }
}
