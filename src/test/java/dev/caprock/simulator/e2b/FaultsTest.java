package dev.caprock.simulator.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class FaultsTest {

    private static final String BASE = "{\"templateID\":\"base\"}";

    private E2bSimulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        simulator = E2bSimulator.start(E2bSettings.of(Wire.KEY));
        wire = new Wire(simulator);
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    @Test
    void aCreateMayTimeOutAlthoughTheSandboxExists() throws Exception {
        simulator.faults().on(Operation.CREATE).then(Effect.gatewayTimeout().afterDoing());

        var answer = wire.api("POST", "/v2/sandboxes", BASE);

        assertThat(answer.status()).isEqualTo(504);
        assertThat(new String(answer.response().body(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("upstream request timeout");
        assertThat(simulator.ledger().live()).hasSize(1);
        assertThat(wire.api("POST", "/v2/sandboxes", BASE).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCreateMayLoseItsConnectionWhetherDoneOrNot(boolean done) {
        simulator.faults().on(Operation.CREATE).then(new Effect.Drop(done));

        assertThatThrownBy(() -> wire.api("POST", "/v2/sandboxes", BASE)).isInstanceOf(IOException.class);

        assertThat(simulator.ledger().live()).hasSize(done ? 1 : 0);
        assertThat(simulator.ledger().requests().getFirst().status()).isZero();
    }

    @Test
    void aCreateMayBeLateAndTheLedgerKnowsWhatOverlapped() throws Exception {
        var latch = new CountDownLatch(1);
        simulator.faults().on(Operation.CREATE).then(new Effect.Wait(latch));
        var late = CompletableFuture.supplyAsync(() -> {
            try {
                return wire.create();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> !simulator.ledger().requests(Operation.CREATE).isEmpty());
        wire.api("GET", "/v2/sandboxes", "");
        assertThat(simulator.ledger().live()).isEmpty();

        latch.countDown();
        String id = late.join().id();
        wire.api("DELETE", "/sandboxes/" + id, "");

        var create = simulator.ledger().requests(Operation.CREATE).getFirst();
        assertThat(create.sandboxId()).isEqualTo(id);
        assertThat(create.overlaps(simulator.ledger().requests(Operation.LIST).getFirst()))
                .isTrue();
        assertThat(create.overlaps(simulator.ledger().requests(Operation.KILL).getFirst()))
                .isFalse();
    }

    @Test
    void errorsComeAsOftenAsAskedAndInTheirOwnForms() throws Exception {
        simulator.faults().on(Operation.CREATE).times(2).then(Effect.rateLimited(1));
        simulator.faults().on(Operation.CREATE).then(Effect.noCapacity());
        simulator.faults().on(Operation.CREATE).then(Effect.concurrencyLimited(20));

        var first = wire.api("POST", "/v2/sandboxes", BASE);
        assertThat(first.response().headers().firstValue("Retry-After")).hasValue("1");
        assertThat(wire.api("POST", "/v2/sandboxes", BASE).status()).isEqualTo(429);
        assertThat(wire.api("POST", "/v2/sandboxes", BASE)
                        .json()
                        .get("error_code")
                        .asString())
                .isEqualTo("sandbox_capacity_unavailable");
        assertThat(wire.api("POST", "/v2/sandboxes", BASE).response().headers().firstValue("Retry-After"))
                .isEmpty();
        assertThat(wire.api("POST", "/v2/sandboxes", BASE).status()).isEqualTo(201);
    }

    @Test
    void aDeleteMayLie() throws Exception {
        var sandbox = wire.create();
        simulator.faults().on(Operation.KILL).then(Effect.lie());

        assertThat(wire.api("DELETE", "/sandboxes/" + sandbox.id(), "").status())
                .isEqualTo(204);

        assertThat(simulator.ledger().live()).extracting(LiveSandbox::id).containsExactly(sandbox.id());
    }

    @Test
    void theDataPlaneOfOneSandboxMayBeAwayUntilCleared() throws Exception {
        var sandbox = wire.create();
        var other = wire.create();
        simulator
                .faults()
                .on(Operation.dataPlane())
                .sandbox(sandbox.id())
                .untilCleared()
                .then(Effect.sandboxNotFound());

        var away = wire.send(wire.data(sandbox, "/health").GET());
        assertThat(away.status()).isEqualTo(502);
        assertThat(away.json().get("sandboxId").asString()).isEqualTo(sandbox.id());
        assertThat(wire.run(sandbox, "true").status()).isEqualTo(502);
        assertThat(wire.send(wire.data(other, "/health").GET()).status()).isEqualTo(204);

        simulator.faults().clear();
        assertThat(wire.send(wire.data(sandbox, "/health").GET()).status()).isEqualTo(204);
    }

    @Test
    void aStreamMayBeResetAfterSomeBytes() throws Exception {
        stream(Effect.BadEnd.RESET, 700);

        var raw = wire.run(wire.create(), "seq 1000").raw();

        // the client may throw away what it has when the connection breaks, so the 700 cannot be counted
        assertThatThrownBy(raw::readAllBytes).isInstanceOf(IOException.class);
    }

    @Test
    void aStreamMayEndAsUnavailable() throws Exception {
        stream(Effect.BadEnd.UNAVAILABLE, 2);

        var told = wire.run(wire.create(), "echo one; sleep 0.1; echo two").rest();

        assertThat(told.out()).isEqualTo("one\n");
        assertThat(told.over().get("error").get("code").asString()).isEqualTo("unavailable");
    }

    @Test
    void aStreamMayEndWithoutEndOfStream() throws Exception {
        stream(Effect.BadEnd.EOF, Long.MAX_VALUE);

        var events = wire.run(wire.create(), "true");

        events.pid();
        assertThat(events.next().json().get("event").has("end")).isTrue();
        assertThatThrownBy(events::next).isInstanceOf(EOFException.class);
    }

    @Test
    void aStreamMayEndWithoutTheEndOfTheProcess() throws Exception {
        stream(Effect.BadEnd.NO_END_EVENT, 0);

        var told = wire.run(wire.create(), "echo x").rest();

        assertThat(told.end().isMissingNode()).isTrue();
        assertThat(told.over().isEmpty()).isTrue();
    }

    @Test
    void aStreamMayStallWithoutKeepalives() throws Exception {
        stream(Effect.BadEnd.STALL, 1);
        var events = wire.run(wire.create(), "echo x", "Keepalive-Ping-Interval", "1");
        events.pid();

        var next = CompletableFuture.supplyAsync(() -> {
            try {
                return events.next().text();
            } catch (IOException e) {
                return "broken";
            }
        });
        await().during(java.time.Duration.ofMillis(1200)).until(() -> !next.isDone());
        simulator.faults().clear();

        assertThat(next.join()).isEqualTo("broken");
    }

    @Test
    void aStartMayLoseItsAnswerAlthoughTheProcessRuns() throws Exception {
        var sandbox = wire.create();
        simulator.faults().on(Operation.START).then(new Effect.Drop(true));

        assertThatThrownBy(() -> wire.run(sandbox, "sleep 90")).isInstanceOf(IOException.class);

        assertThat(wire.unary(sandbox, "/process.Process/List", "{}").json().get("processes"))
                .hasSize(1);
    }

    private void stream(Effect.BadEnd end, long after) {
        simulator.faults().on(Operation.START).then(new Effect.Stream(end, after));
    }
}
