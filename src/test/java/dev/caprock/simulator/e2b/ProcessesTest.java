package dev.caprock.simulator.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProcessesTest {

    private static final String ROOT = "Basic cm9vdDo=";

    private static E2bSimulator simulator;
    private static Wire wire;
    private Wire.Created sandbox;

    @BeforeAll
    static void startAll() {
        simulator = E2bSimulator.start(E2bSettings.of(Wire.KEY));
        wire = new Wire(simulator);
    }

    @AfterAll
    static void endAll() {
        wire.close();
        simulator.close();
    }

    @BeforeEach
    void start() throws Exception {
        sandbox = wire.create();
        simulator.endStreamsBy(SandboxEnding.CUT);
    }

    @Test
    void aStreamTellsStartThenOutputThenEndAndLeavesZerosOut() throws Exception {
        var events = wire.run(sandbox, "echo hello; echo warn >&2");

        var told = events.rest();

        assertThat(told.frames()
                        .getFirst()
                        .json()
                        .get("event")
                        .get("start")
                        .get("pid")
                        .asLong())
                .isPositive();
        assertThat(told.out()).isEqualTo("hello\n");
        assertThat(told.bytes("stderr")).asString().isEqualTo("warn\n");
        assertThat(told.end().toString()).isEqualTo("{\"exited\":true,\"status\":\"exit status 0\"}");
        assertThat(told.over().toString()).isEqualTo("{}");
    }

    @Test
    void anExitCodeAndAMissingCommandAreOrdinaryEnds() throws Exception {
        assertThat(wire.run(sandbox, "exit 7").rest().end().toString())
                .isEqualTo("{\"exitCode\":7,\"exited\":true,\"status\":\"exit status 7\",\"error\":\"exit status 7\"}");
        var missing = wire.stream(sandbox, "/process.Process/Start", "{\"process\":{\"cmd\":\"/no/such\"}}")
                .rest();
        assertThat(missing.end().get("exitCode").asInt()).isEqualTo(127);
        assertThat(missing.bytes("stderr")).asString().contains("/no/such");
    }

    @Test
    void bytesThatAreNoTextArriveAsTheyAreAndChunksCutCharacters() throws Exception {
        var told = wire.run(
                        sandbox,
                        "i=0; while [ $i -lt 20000 ]; do printf '\\342\\202\\254'; i=$((i+1)); done; printf '\\377\\200\\000\\342'")
                .rest();

        assertThat(told.out()).startsWith("€€€");
        assertThat(HexFormat.of().formatHex(told.bytes("stdout")))
                .endsWith("ac" + "ff8000e2")
                .hasSize(2 * 60004);
        assertThat(told.chunks("stdout"))
                .allMatch(chunk -> chunk.length <= 32 * 1024)
                .anyMatch(chunk -> chunk.length % 3 != 0);
    }

    @Test
    void twentyMegabytesArriveWhole() throws Exception {
        var told = wire.run(sandbox, "head -c 20000000 /dev/zero | tr '\\0' x").rest();

        assertThat(told.chunks("stdout").stream()
                        .mapToInt(chunk -> chunk.length)
                        .sum())
                .isEqualTo(20_000_000);
        assertThat(told.end().get("exited").asBoolean()).isTrue();
    }

    @Test
    void userEnvironmentAndDirectoryAreTheRequests() throws Exception {
        String request = """
                {"process":{"cmd":"/bin/bash","args":["-l","-c","echo $A $E2B_SANDBOX; id -u; pwd"],"envs":{"A":"b c"},"cwd":"/tmp"},"stdin":false,"unknown":1}""";

        var told = wire.stream(sandbox, "/process.Process/Start", request, "Authorization", ROOT)
                .rest();

        assertThat(told.out())
                .isEqualTo("b c true\n0\n%s/tmp\n"
                        .formatted(simulator.machine(sandbox.id()).folder()));
    }

    @Test
    void anUnknownUserOrDirectoryEndsTheStreamWithAnError() throws Exception {
        var nobody = wire.run(sandbox, "true", "Authorization", "Basic bm9ib2R5Og==");
        assertThat(nobody.status()).isEqualTo(200);
        assertThat(nobody.rest().over().get("error").get("code").asString()).isEqualTo("unauthenticated");
        var nowhere =
                wire.stream(sandbox, "/process.Process/Start", "{\"process\":{\"cmd\":\"true\",\"cwd\":\"/none\"}}");
        assertThat(nowhere.rest().over().get("error").toString())
                .isEqualTo("{\"code\":\"invalid_argument\",\"message\":\"cwd '/none' does not exist\"}");
    }

    @Test
    void endWaitsForWhoeverHoldsTheOutput() throws Exception {
        var told = wire.run(sandbox, "(sleep 0.3; echo daemon) & echo leader").rest();

        assertThat(told.out()).isEqualTo("leader\ndaemon\n");
    }

    @Test
    void aDeadlineKillsTheLeaderOnlyAndEndsWithoutAnEnd() throws Exception {
        var events = wire.run(sandbox, "sleep 73 & sleep 74", "Connect-Timeout-Ms", "200");
        long pid = events.pid();

        var told = events.rest();

        assertThat(told.over().get("error").toString())
                .isEqualTo("{\"code\":\"deadline_exceeded\",\"message\":\"context deadline exceeded\"}");
        assertThat(told.end().isMissingNode()).isTrue();
        await().until(() -> commands().noneMatch(line -> line.contains("sh -c sleep 73")));
        assertThat(commands()).contains("sleep 73", "sleep 74");
        wire.run(sandbox, "kill 0").rest();
        var end = wire.connect(sandbox, pid).rest();
        assertThat(end.end().toString())
                .isEqualTo("{\"exitCode\":-1,\"status\":\"signal: killed\",\"error\":\"signal: killed\"}");
    }

    @Test
    void silenceIsFilledWithKeepalives() throws Exception {
        var told =
                wire.run(sandbox, "sleep 1.3", "Keepalive-Ping-Interval", "1").rest();

        assertThat(told.events("keepalive")).hasSize(1);
    }

    @Test
    void aDroppedStreamLeavesTheProcessAndLosesOutputUntilSomebodyConnects() throws Exception {
        wire.run(sandbox, "mkfifo go go2").rest();
        var events = wire.run(sandbox, "echo one; read go <go; seq 30000; echo lost >lost; read go <go2; echo two");
        long pid = events.pid();
        events.drop();

        wire.run(sandbox, "echo >go").rest();
        await().until(() -> Files.exists(home("lost")));
        var second = wire.connect(sandbox, pid);
        assertThat(second.pid()).isEqualTo(pid);
        var third = wire.connect(sandbox, pid);
        assertThat(third.pid()).isEqualTo(pid);
        wire.run(sandbox, "echo >go2").rest();

        assertThat(second.rest().out()).isEqualTo("two\n");
        assertThat(third.rest().out()).isEqualTo("two\n");
    }

    @Test
    void anExitIsKeptForThirtySeconds() throws Exception {
        var first = wire.run(sandbox, "echo x; exit 4");
        long pid = first.pid();
        first.rest();

        var kept = wire.connect(sandbox, pid).rest();
        assertThat(kept.end().get("exitCode").asInt()).isEqualTo(4);
        assertThat(kept.out()).isEmpty();

        simulator.advance(Duration.ofSeconds(31));
        assertThat(wire.connect(sandbox, pid).rest().over().get("error").toString())
                .isEqualTo("{\"code\":\"not_found\",\"message\":\"process with pid %d not found\"}".formatted(pid));
    }

    @Test
    void aListenerThatDoesNotReadBlocksTheProcess() throws Exception {
        var events = wire.run(sandbox, "head -c 20000000 /dev/zero; echo done >done");
        events.pid();

        await().during(Duration.ofMillis(400)).until(() -> !Files.exists(home("done")));

        assertThat(events.rest().chunks("stdout").stream()
                        .mapToLong(chunk -> chunk.length)
                        .sum())
                .isEqualTo(20_000_000);
        assertThat(home("done")).exists();
    }

    @Test
    void signalsReachTheLeaderOnly() throws Exception {
        var events = wire.run(sandbox, "trap 'echo got TERM; exit 5' TERM; sleep 75 & while :; do sleep 0.02; done");
        long pid = events.pid();
        await().until(() -> commands().anyMatch("sleep 75"::equals));
        assertThat(signal(pid, "SIGNAL_SIGTERM").status()).isEqualTo(200);
        await().until(() -> commands().noneMatch(line -> line.contains("got TERM")));
        assertThat(commands()).contains("sleep 75");
        wire.run(sandbox, "kill 0").rest();

        var told = events.rest();
        assertThat(told.out()).isEqualTo("got TERM\n");
        assertThat(told.end().get("exitCode").asInt()).isEqualTo(5);
        var gone = signal(999_999_999, "SIGNAL_SIGKILL");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.json().get("code").asString()).isEqualTo("not_found");
    }

    @Test
    void onlyASessionOfItsOwnCanBeKilledAsAGroup() throws Exception {
        var plain = wire.run(sandbox, "sleep 76");
        long pid = plain.pid();
        assertThat(wire.run(sandbox, "kill -s KILL -- -" + pid)
                        .rest()
                        .end()
                        .get("exitCode")
                        .asInt())
                .isNotZero();

        var own = wire.run(sandbox, "exec setsid sh -c 'sleep 77 & echo ready; wait'");
        long group = own.pid();
        own.next();
        assertThat(wire.run(sandbox, "kill -s KILL -- -" + group).rest().end().has("exitCode"))
                .isFalse();
        assertThat(own.rest().end().get("status").asString()).isEqualTo("signal: killed");
        assertThat(commands()).anyMatch(line -> line.contains("sleep 76"));
    }

    @Test
    void killZeroSparesTheTests() throws Exception {
        assertThat(wire.run(sandbox, "kill 0; sleep 78")
                        .rest()
                        .end()
                        .get("status")
                        .asString())
                .isEqualTo("signal: terminated");
        assertThat(wire.run(sandbox, "echo alive").rest().out()).isEqualTo("alive\n");
    }

    @Test
    void aListTellsEveryProcessWithItsEnvironment() throws Exception {
        String request = "{\"process\":{\"cmd\":\"sleep\",\"args\":[\"79\"],\"envs\":{\"MARK\":\"m1\"}},\"tag\":\"t\"}";
        long pid = wire.stream(sandbox, "/process.Process/Start", request).pid();

        var listed = wire.unary(sandbox, "/process.Process/List", "{}")
                .json()
                .get("processes")
                .get(0);

        assertThat(listed.get("pid").asLong()).isEqualTo(pid);
        assertThat(listed.get("config").get("envs").get("MARK").asString()).isEqualTo("m1");
        assertThat(wire.stream(sandbox, "/process.Process/Connect", "{\"process\":{\"tag\":\"t\"}}")
                        .pid())
                .isEqualTo(pid);
        signal(pid, "SIGNAL_SIGKILL");
        await().until(() ->
                wire.unary(sandbox, "/process.Process/List", "{}").json().isEmpty());
    }

    @Test
    void inputReachesAProcessThatTakesIt() throws Exception {
        var events = wire.stream(sandbox, "/process.Process/Start", "{\"process\":{\"cmd\":\"cat\"}}");
        long pid = events.pid();
        String selector = "{\"process\":{\"pid\":%d}".formatted(pid);

        wire.unary(sandbox, "/process.Process/SendInput", selector + ",\"input\":{\"stdin\":\"YWJjCg==\"}}");
        wire.unary(sandbox, "/process.Process/CloseStdin", selector + "}");

        assertThat(events.rest().out()).isEqualTo("abc\n");
        var deaf = wire.run(sandbox, "sleep 0.5");
        assertThat(wire.unary(
                                sandbox,
                                "/process.Process/SendInput",
                                "{\"process\":{\"pid\":%d},\"input\":{\"stdin\":\"YQ==\"}}".formatted(deaf.pid()))
                        .status())
                .isEqualTo(500);
    }

    @Test
    void aSandboxThatDiesMidStreamEndsItInOneOfTwoWays() throws Exception {
        var cut = wire.run(sandbox, "sleep 80");
        cut.pid();
        simulator.killFromOutside(sandbox.id());
        assertThatThrownBy(cut::next).isInstanceOf(IOException.class);

        simulator.endStreamsBy(SandboxEnding.UNAVAILABLE);
        sandbox = wire.create();
        var told = wire.run(sandbox, "sleep 81");
        told.pid();
        simulator.killFromOutside(sandbox.id());
        assertThat(told.rest().over().get("error").get("code").asString()).isEqualTo("unavailable");
        assertThatThrownBy(told::next).isInstanceOf(EOFException.class);
    }

    private Wire.Answer signal(long pid, String name) throws Exception {
        return wire.unary(
                sandbox,
                "/process.Process/SendSignal",
                "{\"process\":{\"pid\":%d},\"signal\":\"%s\"}".formatted(pid, name));
    }

    private java.util.stream.Stream<String> commands() {
        return simulator.machine(sandbox.id()).processes().stream().map(one -> one.commandLine());
    }

    private java.nio.file.Path home(String file) {
        return simulator.machine(sandbox.id()).home("user").resolve(file);
    }
}
