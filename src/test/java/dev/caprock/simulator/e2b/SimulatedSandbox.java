package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A sandbox from its creation until it is gone. */
final class SimulatedSandbox {

    private enum State {
        RUNNING,
        PAUSED,
        GONE
    }

    private final String id;
    private final String account;
    private final SandboxRequest request;
    private final Machine machine;
    private final @Nullable String accessToken;
    private final Clock clock;
    private final Duration longestRun;
    private final ProcessTable processes;
    private State state = State.RUNNING;
    private Instant startedAt;
    private Instant endAt;

    SimulatedSandbox(
            String id,
            String account,
            SandboxRequest request,
            Machine machine,
            @Nullable String accessToken,
            Clock clock,
            Duration longestRun) {
        this.id = id;
        this.account = account;
        this.request = request;
        this.machine = machine;
        this.accessToken = accessToken;
        this.clock = clock;
        this.longestRun = longestRun;
        this.processes = new ProcessTable(machine, variables(), clock);
        this.startedAt = clock.instant();
        this.endAt = startedAt.plus(request.timeout());
    }

    String id() {
        return id;
    }

    String account() {
        return account;
    }

    Machine machine() {
        return machine;
    }

    ProcessTable processes() {
        return processes;
    }

    @Nullable
    String accessToken() {
        return accessToken;
    }

    NetworkConfig network() {
        return request.network();
    }

    String template() {
        return request.template();
    }

    Map<String, String> metadata() {
        return request.metadata();
    }

    synchronized Instant startedAt() {
        return startedAt;
    }

    boolean autoResumes() {
        return request.autoResume();
    }

    synchronized boolean running() {
        return state == State.RUNNING;
    }

    synchronized boolean paused() {
        return state == State.PAUSED;
    }

    private Map<String, String> variables() {
        var variables = new java.util.HashMap<>(request.variables());
        variables.put("E2B_SANDBOX", "true");
        variables.put("E2B_SANDBOX_ID", id);
        variables.put("E2B_TEMPLATE_ID", SandboxTemplates.id(request.template()));
        return variables;
    }

    /** May shorten; zero expires at once. */
    synchronized void setTimeout(Duration timeout) {
        if (state != State.RUNNING) {
            throw Refused.api(409, "Sandbox \"%s\" is not running".formatted(id));
        }
        Instant limit = startedAt.plus(longestRun);
        if (!clock.instant().isBefore(limit)) {
            throw Refused.api(400, "Max instance length exceeded");
        }
        endAt = earlier(clock.instant().plus(timeout), limit);
    }

    synchronized void extend(Duration duration) {
        Instant end = earlier(clock.instant().plus(duration), startedAt.plus(longestRun));
        if (end.isAfter(endAt)) {
            endAt = end;
        }
    }

    /** @return whether it was paused */
    synchronized boolean resume(Duration timeout) {
        if (state != State.PAUSED) {
            extend(timeout);
            return false;
        }
        startedAt = clock.instant();
        endAt = startedAt.plus(timeout);
        machine.thaw();
        state = State.RUNNING;
        return true;
    }

    synchronized void pause() {
        if (state != State.RUNNING) {
            throw Refused.api(409, "Sandbox \"%s\" is already paused".formatted(id));
        }
        state = State.PAUSED;
        endAt = clock.instant();
        processes.lose();
        machine.freeze();
    }

    /** Applies the end of its time. */
    void expireIfDue() {
        synchronized (this) {
            if (state != State.RUNNING || clock.instant().isBefore(endAt)) {
                return;
            }
            if (request.autoPause()) {
                pause();
                return;
            }
        }
        destroy();
    }

    /** Ends it; a second time does nothing. */
    synchronized void destroy() {
        if (state != State.GONE) {
            state = State.GONE;
            processes.lose();
            machine.kill();
        }
    }

    synchronized boolean gone() {
        return state == State.GONE;
    }

    synchronized LiveSandbox live() {
        var inhabitants = state == State.GONE
                ? java.util.List.<dev.caprock.simulator.machine.Inhabitant>of()
                : machine.processes();
        return new LiveSandbox(id, request.template(), request.metadata(), state == State.PAUSED, inhabitants);
    }

    /** As create, connect and resume answer. */
    ObjectNode created() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("templateID", SandboxTemplates.id(request.template()))
                .put("sandboxID", id)
                .put("alias", SandboxTemplates.name(request.template()))
                .put("clientID", "6532622b")
                .put("envdVersion", "0.6.13")
                .put("envdAccessToken", accessToken)
                .putNull("trafficAccessToken")
                .putNull("domain");
    }

    /** As list answers: no token, no domain. */
    synchronized ObjectNode listed() {
        var json = created();
        json.remove("envdAccessToken");
        json.remove("trafficAccessToken");
        json.remove("domain");
        json.put("startedAt", startedAt.toString())
                .put("endAt", endAt.toString())
                .put("cpuCount", 2)
                .put("memoryMB", 1024)
                .put("diskSizeMB", 10240)
                .put("state", state == State.PAUSED ? "paused" : "running");
        json.set("metadata", JsonMapper.shared().valueToTree(request.metadata()));
        return json;
    }

    /** As get answers. */
    ObjectNode detailed() {
        var json = created();
        json.setAll(listed());
        json.put("allowInternetAccess", true);
        json.putObject("lifecycle")
                .put("onTimeout", request.autoPause() ? "pause" : "kill")
                .put("autoResume", request.autoResume());
        json.putArray("volumeMounts");
        if (request.network().json().isObject()) {
            json.set("network", request.network().json());
        }
        return json;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
