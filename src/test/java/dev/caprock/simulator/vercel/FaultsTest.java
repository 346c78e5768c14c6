package dev.caprock.simulator.vercel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.vercel.Effect.BadEnd;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FaultsTest {

    private VercelSimulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        simulator = VercelSimulator.start(Wire.SETTINGS);
        wire = new Wire(simulator);
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    @Test
    void aCreateMayFailAtTheEdgeAlthoughTheSandboxExists() throws Exception {
        simulator.faults().on(Operation.CREATE).then(Effect.badGateway().afterDoing());

        var answer = wire.post("/v2/sandboxes", Wire.body("a", ""));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(new String(answer.response().body(), java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("<html>");
        assertThat(wire.find("a").status()).isEqualTo(200);
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).code()).isEqualTo("bad_request");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCreateMayLoseItsConnectionWhetherDoneOrNot(boolean done) throws Exception {
        simulator.faults().on(Operation.CREATE).then(new Effect.Drop(done));

        assertThatThrownBy(() -> wire.post("/v2/sandboxes", Wire.body("a", ""))).isInstanceOf(IOException.class);

        assertThat(wire.find("a").status()).isEqualTo(done ? 200 : 404);
        var request = simulator.ledger().requests(Operation.CREATE).getFirst();
        assertThat(request.status()).isZero();
        assertThat(request.sandbox()).isEqualTo("a");
    }

    @Test
    void aCreateMayBeLateAndTheLedgerKnowsWhatOverlapped() throws Exception {
        var latch = new CountDownLatch(1);
        simulator.faults().on(Operation.CREATE).sandbox("a").then(new Effect.Wait(latch));
        var late = wire.later("POST", "/v2/sandboxes", Wire.body("a", ""));
        await().until(() -> !simulator.ledger().requests(Operation.CREATE).isEmpty());
        assertThat(wire.find("a").status()).isEqualTo(404);

        latch.countDown();
        late.join();
        wire.delete("a");

        var create = simulator.ledger().requests(Operation.CREATE).getFirst();
        assertThat(create.overlaps(simulator.ledger().requests(Operation.GET).getFirst()))
                .isTrue();
        assertThat(create.overlaps(simulator.ledger().requests(Operation.DELETE).getFirst()))
                .isFalse();
    }

    @Test
    void aCreateMayAnswerWhileTheSessionIsPending() throws Exception {
        var latch = new CountDownLatch(1);
        simulator.faults().on(Operation.CREATE).then(new Effect.Linger(latch));

        var sandbox = wire.create("a");

        assertThat(wire.find("a").json().at("/session/status").asString()).isEqualTo("pending");
        assertThat(wire.post(sandbox.at("/cmd"), Wire.sh("true", "")).status()).isEqualTo(422);
        latch.countDown();
        await().until(() ->
                wire.find("a").json().at("/session/status").asString().equals("running"));
    }

    @Test
    void errorsComeAsOftenAsAskedAndInTheirOwnForms() throws Exception {
        simulator.faults().on(Operation.CREATE).times(2).then(Effect.rateLimited(1));
        simulator.faults().on(Operation.CREATE).then(Effect.error(503, "unavailable", "Try again"));

        assertThat(wire.post("/v2/sandboxes", Wire.body("a", ""))
                        .response()
                        .headers()
                        .firstValue("Retry-After"))
                .hasValue("1");
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).status()).isEqualTo(429);
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).status()).isEqualTo(503);
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).status()).isEqualTo(200);
    }

    @Test
    void aStopAndADeleteMayLie() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.STOP, Operation.DELETE).times(2).then(new Effect.Lie());

        assertThat(wire.post(sandbox.at("/stop"), "")
                        .json()
                        .at("/session/status")
                        .asString())
                .isEqualTo("stopped");
        assertThat(wire.delete("a").status()).isEqualTo(200);

        assertThat(wire.find("a").json().at("/sandbox/status").asString()).isEqualTo("running");
        assertThat(simulator.ledger().live()).hasSize(1);
    }

    @Test
    void aRunMayLoseItsAnswerAlthoughTheCommandRuns() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.RUN).then(new Effect.Drop(true));

        assertThatThrownBy(() -> wire.start(sandbox, "sleep 90")).isInstanceOf(IOException.class);

        assertThat(wire.get(sandbox.at("/cmd")).json().get("commands")).hasSize(1);
    }

    @Test
    void aWaitMayBeCutAndAskedAgain() throws Exception {
        var sandbox = wire.create("a");
        String command = wire.start(sandbox, "exit 5");
        simulator.faults().on(Operation.WAIT).untilCleared().then(new Effect.Drop(false)); // Java repeats a GET itself
        String path = sandbox.at("/cmd/" + command + "?wait=true");

        assertThatThrownBy(() -> wire.get(path)).isInstanceOf(IOException.class);
        simulator.faults().clear();

        assertThat(wire.get(path).json().at("/command/exitCode").asInt(-1)).isEqualTo(5);
    }

    @Test
    void aWaitMayBeAnsweredLate() throws Exception {
        var sandbox = wire.create("a");
        String command = wire.start(sandbox, "exit 5");
        var latch = new CountDownLatch(1);
        simulator.faults().on(Operation.WAIT).then(new Effect.AnswerLate(latch));
        var waiting = wire.later("GET", sandbox.at("/cmd/" + command + "?wait=true"), "");
        await().until(() -> !wire.get(sandbox.at("/cmd/" + command))
                .json()
                .at("/command/exitCode")
                .isNull());
        assertThat(waiting).isNotDone();

        latch.countDown();

        assertThat(waiting.join().json().at("/command/exitCode").asInt(-1)).isEqualTo(5);
    }

    @Test
    void aStreamMayBeResetAfterSomeBytes() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.RUN).then(new Effect.Stream(BadEnd.RESET, 700));

        assertThatThrownBy(() -> wire.run(sandbox, "seq 1000")).isInstanceOf(IOException.class);
    }

    @Test
    void aStreamMayEndAfterSomeLinesAlthoughTheCommandGoesOn() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.RUN).then(new Effect.Stream(BadEnd.EOF, 2));

        var told = wire.run(sandbox, "echo one; sleep 0.2; echo two; exit 4");

        assertThat(told.output("stdout")).isEqualTo("one\n");
        assertThat(told.last().has("command")).isFalse();
        String command = told.lines().getFirst().at("/command/id").asString();
        assertThat(wire.get(sandbox.at("/cmd/" + command + "?wait=true"))
                        .json()
                        .at("/command/exitCode")
                        .asInt(-1))
                .isEqualTo(4);
        assertThat(wire.logs(sandbox, command).output("stdout")).isEqualTo("one\ntwo\n");
    }

    @Test
    void aStreamMayEndByAnErrorRecordAlthoughTheSessionLives() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.LOGS).then(new Effect.Stream(BadEnd.ERROR_RECORD, 0));

        var told = wire.logs(sandbox, wire.start(sandbox, "echo one"));

        assertThat(told.last().at("/data/code").asString()).isEqualTo("sandbox_stream_closed");
        assertThat(wire.find("a").json().at("/session/status").asString()).isEqualTo("running");
    }

    @Test
    void aStreamMayStall() throws Exception {
        var sandbox = wire.create("a");
        simulator.faults().on(Operation.RUN).then(new Effect.Stream(BadEnd.STALL, 1));
        var told = wire.later("POST", sandbox.at("/cmd"), Wire.sh("echo x", "\"wait\":true,\"logs\":true"));
        await().until(() -> !simulator.ledger().commands().isEmpty());

        await().during(Duration.ofMillis(300)).until(() -> !told.isDone());
        simulator.faults().clear();

        assertThatThrownBy(told::join).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void logsMayBeGoneOnceTheCommandHasExited() throws Exception {
        var sandbox = wire.create("a");
        simulator.dropLogsOfFinishedCommands();
        String command = wire.start(sandbox, "echo x");
        wire.get(sandbox.at("/cmd/" + command + "?wait=true"));

        assertThat(wire.get(sandbox.at("/cmd/" + command + "/logs")).status()).isEqualTo(404);
        assertThat(wire.get(sandbox.at("/cmd/" + command))
                        .json()
                        .at("/command/exitCode")
                        .asInt(-1))
                .isZero();
    }

    @Test
    void everythingInsideOneSandboxMayBeGoneUntilCleared() throws Exception {
        var sandbox = wire.create("a");
        var other = wire.create("b");
        simulator.faults().on(Operation.inside()).sandbox("a").untilCleared().then(Effect.sandboxStopped());

        assertThat(wire.post(sandbox.at("/fs/read"), "{\"path\":\"x\"}").status())
                .isEqualTo(410);
        assertThat(wire.get(sandbox.at("/cmd")).status()).isEqualTo(410);
        assertThat(wire.get(other.at("/cmd")).status()).isEqualTo(200);

        simulator.faults().clear();
        assertThat(wire.get(sandbox.at("/cmd")).status()).isEqualTo(200);
    }
}
