package dev.caprock.sandbox.e2b;

import static dev.caprock.sandbox.e2b.E2bTests.SANDBOX;
import static dev.caprock.sandbox.e2b.Stub.data;
import static dev.caprock.sandbox.e2b.Stub.ended;
import static dev.caprock.sandbox.e2b.Stub.last;
import static dev.caprock.sandbox.e2b.Stub.message;
import static dev.caprock.sandbox.e2b.Stub.started;
import static dev.caprock.sandbox.e2b.Stub.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class E2bProviderTests {

    private static final String START = "POST /process.Process/Start";
    private static final String GET = "GET /sandboxes/i1";
    private static final Command ECHO = new Command(List.of("/bin/echo", "a b", "é"), false, Duration.ofSeconds(60));
    private static final Stub.Reply HI =
            stream(started(), data("stdout", "hi\n"), data("stderr", "warn\n"), ended(0), last("{}"));

    private final Stub stub = new Stub();
    private final E2bProvider e2b = E2bTests.provider(stub);
    private final List<String> lines = new ArrayList<>();

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void aCommandIsStartedAsTheDefaultUserAndKilledAtItsTimeout() {
        stub.on(START, HI);

        assertThat(run()).isEqualTo(new CommandResult(0, "hi\n", "warn\n"));

        assertThat(lines).containsExactly("hi");
        var request = stub.requests.getFirst();
        assertThat(Stub.message(request).toString())
                .isEqualTo("{\"process\":{\"cmd\":\"/bin/echo\",\"args\":[\"a b\",\"é\"]},\"stdin\":false}");
        assertThat(request.header("Content-Type")).isEqualTo("application/connect+json");
        assertThat(request.header("Connect-Protocol-Version")).isEqualTo("1");
        assertThat(request.header("X-Access-Token")).isEqualTo(Stub.TOKEN);
        assertThat(request.header("E2b-Sandbox-Id")).isEqualTo("i1");
        assertThat(request.header("E2b-Sandbox-Port")).isEqualTo("49983");
        assertThat(request.header("Keepalive-Ping-Interval")).isEqualTo("10");
        assertThat(request.header("Connect-Timeout-Ms")).isEqualTo("60000");
        assertThat(request.headers().keySet()).doesNotContain("Authorization", "Connect-accept-encoding", "X-api-key");
    }

    @Test
    void rootIsNamedInTheBasicHeader() {
        stub.on(START, HI);

        e2b.run(SANDBOX, ECHO.asRoot(), lines::add);

        assertThat(stub.requests.getFirst().header("Authorization")).isEqualTo("Basic cm9vdDo=");
    }

    @Test
    void anOldEnvdIsToldTheUser() {
        stub.on(START, HI).on("POST /files", Stub.json(200, "[]"));
        var old = new Sandbox("i1", new Access(Stub.TOKEN, null, "0.3.2").write());

        e2b.run(old, ECHO, lines::add);
        e2b.upload(old, "f", new byte[0]);

        assertThat(stub.requests.getFirst().header("Authorization")).isEqualTo("Basic dXNlcjo=");
        assertThat(stub.lines().getLast()).endsWith("&username=user");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"exitCode\":7,\"exited\":true,\"status\":\"exit status 7\",\"error\":\"exit status 7\"} 7",
                "{\"exited\":true} 0",
                "{\"exitCode\":-1,\"status\":\"signal: killed\",\"error\":\"signal: killed\"} 137",
                "{\"status\":\"?\"} 137",
                "{\"exitCode\":143,\"exited\":true} 143"
            })
    void anExitCodeThatIsLeftOutIsZeroOnlyOfWhatExited(String endAndCode) {
        int space = endAndCode.lastIndexOf(' ');
        stub.on(
                START,
                stream(
                        started(),
                        message("{\"event\":{\"end\":%s}}".formatted(endAndCode.substring(0, space))),
                        last("{}")));

        assertThat(run().exitCode()).isEqualTo(Integer.parseInt(endAndCode.substring(space + 1)));
    }

    @Test
    void outputIsWholeWhereverEnvelopesAndCharactersAreCut() {
        byte[] text = "é→😀\nlast".getBytes(StandardCharsets.UTF_8);
        stub.on(START, stream(out -> {
            out.write(started());
            for (byte one : text) {
                byte[] frame = data("stdout", new byte[] {one});
                out.write(frame, 0, 7);
                out.flush();
                out.write(frame, 7, frame.length - 7);
            }
            out.write(message("{ \"event\" : { \"keepalive\" : {} } , \"new\": 1 }"));
            out.write(ended(0));
            out.write(last("{}"));
        }));

        assertThat(run().output()).isEqualTo("é→😀\nlast");
        assertThat(lines).containsExactly("é→😀", "last");
    }

    @Test
    void linesArriveAsTheyArePrinted() {
        stub.on(START, stream(out -> {
            out.write(Stub.joined(started(), data("stdout", "one\ntw")));
            out.flush();
            await(() -> !lines.isEmpty());
            out.write(Stub.joined(data("stdout", "o\n"), ended(0), last("{}")));
        }));

        run();

        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void ofMuchOutputTheLast64KibibytesAreKept() {
        byte[] much = new byte[200_000];
        new Random(1).nextBytes(much);
        for (int i = 0; i < much.length; i++) {
            much[i] = (byte) ('a' + Math.floorMod(much[i], 26));
        }
        var text = new String(much, StandardCharsets.US_ASCII);
        stub.on(
                START,
                stream(
                        started(),
                        data("stdout", text.substring(0, 10)),
                        data("stdout", text.substring(10, 150_000)),
                        data("stdout", text.substring(150_000)),
                        ended(0),
                        last("{}")));

        assertThat(run().output()).isEqualTo(text.substring(200_000 - 65_536));
        assertThat(lines).containsExactly(text.substring(0, 65_536));
    }

    @Test
    void aResultThatWasSeenIsTrustedWhateverBecomesOfTheStream() {
        stub.on(
                START,
                stream(started(), ended(3)),
                stream(started(), ended(3), new byte[] {9, 0, 0, 0, 0}),
                stream(started(), ended(3), last("{\"error\":{\"code\":\"unavailable\"}}")));

        for (int i = 0; i < 3; i++) {
            assertThat(run().exitCode()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "?",
                "{\"error\":{\"code\":\"unavailable\",\"message\":\"the connection to sandbox i1 ended before the stream completed\"}}",
                "{\"error\":{\"code\":\"deadline_exceeded\",\"message\":\"context deadline exceeded\"}}",
                "{\"error\":{\"code\":\"not_found\"}}"
            })
    void aStreamThatEndsWithoutTheProcessIsUnknown(String end) {
        stub.on(START, stream(started(), data("stdout", "part"), last(end)));

        assertThatThrownBy(this::run).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void anEndOfTheConnectionIsUnknown() {
        stub.on(START, stream(started(), data("stdout", "part")));

        assertThat(unknown().code()).isEqualTo("stream_broken");
    }

    @Test
    void aConnectionThatBreaksMidStreamIsUnknown() {
        stub.on(START, stream(out -> {
            out.write(started());
            out.flush();
            throw new IOException("told to break");
        }));

        assertThat(unknown().code()).isEqualTo("stream_broken");
    }

    @Test
    void whatIsNoEventIsUnknownAndNotQuoted() {
        stub.on(START, stream(started(), message("{\"event\": \"" + Stub.TOKEN)));

        assertThat(Secrets.trace(unknown())).doesNotContain(Stub.TOKEN);
    }

    @Test
    void aStartRefusedInsideTheStreamIsRejected() {
        stub.on(
                START,
                stream(last("{\"error\":{\"code\":\"invalid_argument\",\"message\":\"cwd '/x' does not exist\"}}")));

        assertThat(rejected()).hasMessageContaining("cwd '/x' does not exist");
    }

    @Test
    void aWordThatDoesNotSayWhetherItStartedIsUnknown() {
        stub.on(START, stream(last("{\"error\":{\"code\":\"unavailable\"}}")));

        assertThat(unknown().code()).isEqualTo("unavailable");
    }

    @Test
    void anEndThatQuotesACredentialIsMasked() {
        stub.on(
                START,
                stream(
                        started(),
                        last("{\"error\":{\"code\":\"internal\",\"message\":\"key %s\"}}".formatted(E2bTests.KEY))));

        assertThat(Secrets.trace(unknown())).contains("key ***").doesNotContain(E2bTests.KEY);
    }

    @Test
    void aLostAnswerToAStartIsUnknown() {
        stub.on(START, Stub.hangUp());

        assertThat(unknown().code()).isEqualTo("no_answer");
    }

    @Test
    void aSilentStreamIsDropped() {
        stub.on(START, stream(out -> {
            out.write(started());
            out.flush();
            await(() -> false);
        }));

        var impatient = E2bTests.provider(stub, Duration.ofMillis(300));

        assertThatThrownBy(() -> impatient.run(SANDBOX, ECHO, lines::add))
                .isInstanceOfSatisfying(
                        RemoteFailure.Unknown.class,
                        failure -> assertThat(failure.code()).isEqualTo("timed_out"));
    }

    @Test
    void aGoneSandboxIsToldByEvidence() {
        stub.on(START, Stub.json(502, "{\"sandboxId\":\"i1\",\"message\":\"The sandbox was not found\",\"code\":502}"))
                .on(GET, Stub.missing());

        assertThat(rejected().code()).isEqualTo("sandbox_gone");
        assertThat(rejected().isAbsent()).isTrue();
    }

    @Test
    void aPausedSandboxIsNotGone() {
        stub.on(START, Stub.json(502, "{\"sandboxId\":\"i1\",\"message\":\"The sandbox was not found\",\"code\":502}"))
                .on(GET, Stub.sandbox("paused"));

        assertThat(rejected().code()).isEqualTo("sandbox_paused");
        assertThat(rejected().isAbsent()).isFalse();
    }

    @Test
    void aProxyThatLagsBehindIsBusy() {
        stub.on(START, Stub.json(502, "{\"sandboxId\":\"i1\",\"message\":\"The sandbox was not found\",\"code\":502}"))
                .on(GET, Stub.sandbox("running"), Stub.text(500, "down"));

        assertThat(busy().code()).isEqualTo("sandbox_not_found");
        assertThat(busy().code()).isEqualTo("sandbox_not_found");
    }

    @Test
    void aPortThatIsNotOpenIsBusyWithoutALook() {
        stub.on(
                START,
                Stub.json(
                        502,
                        "{\"sandboxId\":\"i1\",\"message\":\"The sandbox is running but port is not open\",\"port\":49983,\"code\":502}"));

        assertThat(busy().code()).isEqualTo("port_not_open");
        assertThat(stub.requests).hasSize(1);
    }

    @Test
    void aBadGatewayThatNamesNoSandboxMayHavePassedTheRequestOn() {
        stub.on(START, Stub.text(502, "Failed to route request to sandbox"))
                .on(GET, Stub.sandbox("running"), Stub.missing());

        assertThat(unknown().status()).isEqualTo(502);
        assertThat(rejected().code()).isEqualTo("sandbox_gone");
    }

    @ParameterizedTest
    @ValueSource(ints = {409, 429, 503})
    void aRequestThatTheProxyHeldBackIsBusy(int status) {
        stub.on(
                START,
                Stub.json(status, "{\"message\":\"too many concurrent incoming connections\",\"connectionLimit\":9}"));

        assertThat(busy().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404})
    void aRefusedRequestIsRejectedAndNeverTakenForAGoneSandbox(int status) {
        stub.on(START, Stub.json(status, "{\"message\":\"Invalid host\"}"));

        assertThat(rejected().isAbsent()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 504})
    void aRequestThatMayHavePassedIsUnknown(int status) {
        stub.on(START, Stub.text(status, "upstream request timeout"));

        assertThat(unknown().status()).isEqualTo(status);
    }

    @Test
    void aRefusedTokenIsReadAgainOnce() {
        var stale = new Sandbox("i1", new Access("stale", null, null).write());
        stub.on(START, Stub.json(401, "{\"code\":401,\"message\":\"unauthorized access\"}"), HI)
                .on(GET, Stub.sandbox("running"));

        assertThat(e2b.run(stale, ECHO, lines::add).succeeded()).isTrue();

        assertThat(stub.requests)
                .extracting(request -> request.header("X-Access-Token"))
                .containsExactly("stale", null, Stub.TOKEN);
    }

    @Test
    void aTokenThatIsRefusedTwiceIsRejected() {
        stub.on(START, Stub.json(401, "{\"code\":401,\"message\":\"unauthorized access\"}"))
                .on(GET, Stub.sandbox("running"));

        assertThat(rejected().status()).isEqualTo(401);
        assertThat(stub.lines()).containsExactly(START, GET, START);
    }

    @Test
    void aSandboxWithoutATokenIsSpokenToAllTheSame() {
        stub.on(START, HI);

        assertThat(e2b.run(new Sandbox("i1", "?"), ECHO, lines::add).succeeded())
                .isTrue();
    }

    @Test
    void anUploadIsExact() {
        byte[] content = new byte[70_000];
        new Random(2).nextBytes(content);
        stub.on("POST /files", Stub.json(200, "[{\"name\":\"prompt\",\"type\":\"file\"}]"));

        e2b.upload(SANDBOX, ".caprock/runs/1/a b&c", content);

        var request = stub.requests.getFirst();
        assertThat(request.uri()).isEqualTo("/files?path=%7E%2F.caprock%2Fruns%2F1%2Fa%20b%26c");
        var boundary = String.valueOf(request.header("Content-Type")).replace("multipart/form-data; boundary=", "");
        byte[] head = ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(request.body()).isEqualTo(Stub.joined(head, content, tail));
    }

    @Test
    void anUploadThatFailsSaysSo() {
        stub.on("POST /files", Stub.json(507, "{\"code\":507,\"message\":\"not enough disk space\"}"));

        assertThatThrownBy(() -> e2b.upload(SANDBOX, "f", new byte[1]))
                .isInstanceOf(RemoteFailure.class)
                .hasMessageContaining("not enough disk space");
    }

    @Test
    void noFailureTellsAToken() {
        stub.on(START, Stub.text(500, ""), Stub.hangUp(), Stub.json(401, "{}")).on(GET, Stub.text(500, "?"));

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::run)
                    .satisfies(failure -> assertThat(Secrets.trace(failure)).doesNotContain(Stub.TOKEN, E2bTests.KEY));
        }
    }

    private CommandResult run() {
        return e2b.run(SANDBOX, ECHO, lines::add);
    }

    private RemoteFailure.Unknown unknown() {
        return catchThrowableOfType(RemoteFailure.Unknown.class, this::run);
    }

    private RemoteFailure.Rejected rejected() {
        return catchThrowableOfType(RemoteFailure.Rejected.class, this::run);
    }

    private RemoteFailure.Busy busy() {
        return catchThrowableOfType(RemoteFailure.Busy.class, this::run);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().until(condition);
    }
}
