package dev.caprock.simulator.vercel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.vercel.Wire.Created;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SessionsTest {

    private final ArrayList<String> services = new ArrayList<>();
    private VercelSimulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        var settings = VercelSettings.of("vcp_token", "team_a", "prj_a", folder -> () -> services.add("detached"));
        simulator = VercelSimulator.start(settings.withPlan(Plan.HOBBY));
        wire = new Wire(simulator);
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    @Test
    void aStopEndsAllThatRunsAndMayBeRepeated() throws Exception {
        var sandbox = wire.create("a");
        Path folder = simulator.machine("a").folder();
        String command = wire.start(sandbox, "sleep 90");

        var stopped = wire.post(sandbox.at("/stop"), "");

        assertThat(stopped.json().at("/session/status").asString()).isEqualTo("stopped");
        assertThat(stopped.json().has("snapshot")).isFalse();
        assertThat(stopped.json().at("/sandbox").has("expiresAt")).isFalse();
        assertThat(folder).doesNotExist();
        assertThat(wire.post(sandbox.at("/stop"), "").status()).isEqualTo(200);
        assertThat(wire.get(sandbox.at("")).status()).isEqualTo(200);
        assertThat(wire.get(sandbox.at("/cmd/" + command)).status()).isEqualTo(410);
        assertThat(wire.get(sandbox.at("/cmd/" + command + "/logs")).code()).isEqualTo("sandbox_stopped");
        assertThat(wire.post(sandbox.at("/fs/read"), "{\"path\":\"x\"}").status())
                .isEqualTo(410);
        assertThat(wire.post(sandbox.at("/extend-timeout"), "{\"duration\":1000}")
                        .status())
                .isEqualTo(410);
        assertThat(simulator.ledger().live().getFirst().costs()).isFalse();
    }

    @Test
    void aStopMayAnswerWhileItIsStopping() throws Exception {
        var sandbox = wire.create("a");
        var latch = new CountDownLatch(1);
        simulator.faults().on(Operation.STOP).then(new Effect.Linger(latch));

        assertThat(wire.post(sandbox.at("/stop"), "")
                        .json()
                        .at("/session/status")
                        .asString())
                .isEqualTo("stopping");

        assertThat(wire.post(sandbox.at("/cmd"), Wire.sh("true", "")).code()).isEqualTo("sandbox_stopping");
        assertThat(wire.post(sandbox.at("/stop"), "")
                        .json()
                        .at("/sandbox/status")
                        .asString())
                .isEqualTo("stopping");
        latch.countDown();
        await().until(() -> status("a").equals("stopped"));
    }

    @Test
    void timeRunsOutAndNoOneNeedsToAsk() throws Exception {
        wire.create("a", "\"timeout\":1000,\"persistent\":false");
        Path folder = simulator.machine("a").folder();

        await().until(() -> !Files.exists(folder));

        assertThat(status("a")).isEqualTo("stopped");
    }

    @Test
    void extensionsAddUpToThePlan() throws Exception {
        var sandbox = wire.create("a");
        long before = wire.find("a").json().at("/sandbox/expiresAt").asLong();

        var extended = wire.post(sandbox.at("/extend-timeout"), "{\"duration\":60000}");

        assertThat(extended.json().at("/session/timeout").asLong()).isEqualTo(360_000);
        assertThat(wire.find("a").json().at("/sandbox/expiresAt").asLong()).isEqualTo(before + 60_000);
        assertThat(wire.find("a").json().at("/sandbox/timeout").asLong()).isEqualTo(300_000);
        assertThat(wire.post(sandbox.at("/extend-timeout"), "{\"duration\":2400000}")
                        .code())
                .isEqualTo("sandbox_timeout_invalid");
        simulator.advance(Duration.ofMillis(359_000));
        assertThat(status("a")).isEqualTo("running");
        simulator.advance(Duration.ofMillis(1_000));
        assertThat(status("a")).isEqualTo("stopped");
    }

    /** The trap that a client must not walk into: what it gets back is another machine. */
    @Test
    void aResumeBootsANewMachineWithTheOldDiskAndWithoutProcesses() throws Exception {
        var sandbox = wire.create("a", "");
        wire.run(sandbox, "echo kept >note");
        wire.start(sandbox, "sleep 90");
        var stopped = wire.post(sandbox.at("/stop"), "").json();
        assertThat(stopped.at("/snapshot/creationMethod").asString()).isEqualTo("automatic");
        assertThat(wire.find("a").json().get("resumed").asBoolean()).isFalse();

        var resumed = wire.resume("a").json();

        assertThat(resumed.get("resumed").asBoolean()).isTrue();
        var next = new Created("a", resumed.at("/session/id").asString());
        assertThat(next.session()).isNotEqualTo(sandbox.session());
        assertThat(wire.run(next, "cat note").output("stdout")).isEqualTo("kept\n");
        assertThat(wire.post(sandbox.at("/cmd"), Wire.sh("true", "")).status()).isEqualTo(410);
        var live = simulator.ledger().live().getFirst();
        assertThat(live.processes()).isEmpty();
        assertThat(live.sessions()).isEqualTo(2);
        assertThat(simulator.ledger().requests(Operation.RESUME)).hasSize(1);
        assertThat(services).hasSize(1);
    }

    @Test
    void whatDoesNotPersistCannotBeResumed() throws Exception {
        var sandbox = wire.create("a");
        wire.post(sandbox.at("/stop"), "");

        var resumed = wire.resume("a");

        assertThat(resumed.status()).isEqualTo(400);
        assertThat(resumed.code()).isEqualTo("snapshot_not_found");
    }

    @Test
    void aSnapshotEndsItsSessionAndOthersStartFromIt() throws Exception {
        var source = wire.create("a");
        wire.run(source, "echo kept >note; mkdir .hidden; echo run >.hidden/x; chmod 700 .hidden/x");

        var taken = wire.post(source.at("/snapshot"), "{\"expiration\":86400000}");

        assertThat(taken.status()).isEqualTo(201);
        assertThat(taken.json().at("/session/status").asString()).isEqualTo("snapshotting");
        assertThat(status("a")).isEqualTo("stopped");
        String id = taken.json().at("/snapshot/id").asString();
        var copy = wire.create("b", from(id));
        assertThat(wire.run(copy, "cat note; id -un; [ -x .hidden/x ] && echo x")
                        .output("stdout"))
                .isEqualTo("kept\nvercel-sandbox\nx\n");
        assertThat(wire.find("b").json().at("/sandbox/currentSnapshotId").asString())
                .isEqualTo(id);

        simulator.advance(Duration.ofDays(2));
        assertThat(wire.post("/v2/sandboxes", Wire.body("c", from(id))).status())
                .isEqualTo(410);
        wire.api("DELETE", "/v2/sandboxes/snapshots/" + id, "");
        assertThat(wire.get("/v2/sandboxes/snapshots/" + id)
                        .json()
                        .at("/snapshot/status")
                        .asString())
                .isEqualTo("deleted");
        assertThat(wire.post("/v2/sandboxes", Wire.body("c", from(id))).code()).isEqualTo("snapshot_not_found");
    }

    private static String from(String snapshot) {
        return "\"persistent\":false,\"source\":{\"type\":\"snapshot\",\"snapshotId\":\"%s\"}".formatted(snapshot);
    }

    @Test
    void aSessionMayBeKilledFromOutside() throws Exception {
        var sandbox = wire.create("a", "");

        simulator.killFromOutside("a");

        assertThat(status("a")).isEqualTo("aborted");
        assertThat(wire.post(sandbox.at("/cmd"), Wire.sh("true", "")).status()).isEqualTo(410);
        assertThat(wire.resume("a").status()).isEqualTo(400);
    }

    private String status(String name) throws Exception {
        return wire.find(name).json().at("/sandbox/status").asString();
    }
}
