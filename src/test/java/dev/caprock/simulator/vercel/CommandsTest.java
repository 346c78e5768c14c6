package dev.caprock.simulator.vercel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.vercel.Wire.Created;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class CommandsTest {

    private VercelSimulator simulator;
    private Wire wire;
    private Created sandbox;

    @BeforeEach
    void start() throws Exception {
        simulator = VercelSimulator.start(Wire.SETTINGS);
        wire = new Wire(simulator);
        sandbox = wire.create("a", "\"persistent\":false,\"env\":{\"A\":\"1\",\"B\":\"2\"}");
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    @Test
    void aBlockingRunTellsItsBeginningItsOutputAndItsEnd() throws Exception {
        var told = wire.run(sandbox, "echo out; echo err >&2; echo $A$B; exit 3", "\"env\":{\"B\":\"x\"}");

        assertThat(told.lines().getFirst().at("/command/exitCode").isNull()).isTrue();
        assertThat(told.lines().getFirst().at("/command/id").asString()).matches("cmd_[0-9a-f]{28}");
        assertThat(told.output("stdout")).isEqualTo("out\n1x\n");
        assertThat(told.output("stderr")).isEqualTo("err\n");
        assertThat(told.exitCode()).isEqualTo(3);
        assertThat(told.last().at("/command").has("durationMs")).isTrue();
    }

    @Test
    void streamsSayExactlyWhatTheyAre() throws Exception {
        var answer = wire.post(sandbox.at("/cmd"), Wire.sh("true", "\"wait\":true"));

        assertThat(answer.response().headers().firstValue("content-type")).hasValue("application/x-ndjson");
        assertThat(answer.response().headers().firstValue("content-length")).isEmpty();
    }

    @Test
    void logsAreReplayedFromTheFirstByteWithoutAnEnd() throws Exception {
        String command = wire.start(sandbox, "seq 2000; echo bad >&2");
        assertThat(wire.get(sandbox.at("/cmd/" + command + "?wait=true"))
                        .json()
                        .at("/command/exitCode")
                        .asInt(-1))
                .isZero();

        for (int times = 0; times < 2; times++) {
            var told = wire.logs(sandbox, command);
            assertThat(told.output("stdout").lines()).hasSize(2000).endsWith("2000");
            assertThat(told.output("stderr")).isEqualTo("bad\n");
            assertThat(told.lines()).noneMatch(line -> line.has("command"));
        }
    }

    @Test
    void logsFollowAndTextIsNeverBroken() throws Exception {
        String command = wire.start(sandbox, "printf 'a\\303'; sleep 0.2; printf '\\274 \\377.'");

        assertThat(wire.logs(sandbox, command).output("stdout")).isEqualTo("a\u00fc \ufffd.");
    }

    @Test
    void aWaitHoldsItsWholeAnswer() throws Exception {
        String command = wire.start(sandbox, "until [ -e go ]; do sleep 0.05; done; exit 7");
        assertThat(wire.get(sandbox.at("/cmd/" + command))
                        .json()
                        .at("/command/exitCode")
                        .isNull())
                .isTrue();
        var waiting = wire.later("GET", sandbox.at("/cmd/" + command + "?wait=true"), "");
        await().until(() -> !simulator.ledger().requests(Operation.WAIT).isEmpty());
        assertThat(waiting).isNotDone();

        Files.createFile(simulator.machine("a").folder().resolve("vercel/sandbox/go"));

        assertThat(waiting.join().json().at("/command/exitCode").asInt(-1)).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"15, 143", "9, 137", "1, 129"})
    void aKillIsAnsweredBeforeTheEnd(int signal, int exit) throws Exception {
        String command = wire.start(sandbox, "exec sleep 90");

        var killed = wire.post(sandbox.at("/cmd/" + command + "/kill"), "{\"signal\":%d}".formatted(signal));

        assertThat(killed.json().at("/command/exitCode").isNull()).isTrue();
        assertThat(wire.get(sandbox.at("/cmd/" + command + "?wait=true"))
                        .json()
                        .at("/command/exitCode")
                        .asInt(-1))
                .isEqualTo(exit);
        assertThat(wire.post(sandbox.at("/cmd/" + command + "/kill"), "{\"signal\":9}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aCommandHasItsOwnTime() throws Exception {
        String command = wire.post(sandbox.at("/cmd"), Wire.sh("exec sleep 90", "\"timeout\":60000"))
                .json()
                .at("/command/id")
                .asString();

        simulator.advance(Duration.ofSeconds(61));

        assertThat(wire.get(sandbox.at("/cmd/" + command + "?wait=true"))
                        .json()
                        .at("/command/exitCode")
                        .asInt(-1))
                .isEqualTo(137);
    }

    @Test
    void whatIsNotThereIsRefusedBeforeAnythingStarts() throws Exception {
        var missing = wire.post(sandbox.at("/cmd"), "{\"command\":\"nowhere\",\"wait\":true,\"logs\":true}");
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.code()).isEqualTo("executable_not_found");
        assertThat(wire.post(sandbox.at("/cmd"), Wire.sh("true", "\"cwd\":\"~\""))
                        .status())
                .isEqualTo(400);
        assertThat(wire.post(sandbox.at("/cmd"), "{\"command\":\"/bin/nowhere\"}")
                        .code())
                .isEqualTo("executable_not_found");
        assertThat(wire.get(sandbox.at("/cmd/cmd_x")).status()).isEqualTo(404);
        assertThat(wire.get(sandbox.at("/cmd")).json().get("commands")).isEmpty();
        assertThat(simulator.ledger().commands()).isEmpty();
    }

    @Test
    void standardInputIsEmpty() throws Exception {
        assertThat(wire.run(sandbox, "cat; echo end").output("stdout")).isEqualTo("end\n");
    }

    @ParameterizedTest
    @CsvSource({"ERROR_RECORD", "CUT"})
    void openStreamsEndWithTheirSession(SessionEnding ending) throws Exception {
        simulator.endStreamsBy(ending);
        String command = wire.start(sandbox, "echo up; sleep 90");
        var waiting = wire.later("GET", sandbox.at("/cmd/" + command + "?wait=true"), "");
        var logs = wire.open(wire.request(sandbox.at("/cmd/" + command + "/logs")));
        var lines = logs.body();
        assertThat(lines.read()).isEqualTo('{');
        await().until(() -> !simulator.ledger().requests(Operation.WAIT).isEmpty());

        simulator.killFromOutside("a");

        String rest = "";
        try {
            rest = new String(lines.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            assertThat(ending).isEqualTo(SessionEnding.CUT);
        }
        assertThat(rest.contains("sandbox_stream_closed")).isEqualTo(ending == SessionEnding.ERROR_RECORD);
        assertThat(waiting.join().status()).isEqualTo(410);
    }

    @Test
    void theLedgerKnowsCommandsButNoValuesOfTheirEnvironment() throws Exception {
        wire.run(sandbox, "true", "\"sudo\":true,\"env\":{\"SECRET\":\"hidden\"}");

        var command = simulator.ledger().commands().getFirst();
        assertThat(command.sudo()).isTrue();
        assertThat(command.environment()).containsExactly("SECRET");
        assertThat(command.toString()).doesNotContain("hidden");
    }
}
