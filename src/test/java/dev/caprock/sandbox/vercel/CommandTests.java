package dev.caprock.sandbox.vercel;

import static dev.caprock.sandbox.vercel.Stub.COMMAND;
import static dev.caprock.sandbox.vercel.Stub.LOGS;
import static dev.caprock.sandbox.vercel.Stub.START;
import static dev.caprock.sandbox.vercel.Stub.WRITE;
import static dev.caprock.sandbox.vercel.Stub.broken;
import static dev.caprock.sandbox.vercel.Stub.end;
import static dev.caprock.sandbox.vercel.Stub.ended;
import static dev.caprock.sandbox.vercel.Stub.err;
import static dev.caprock.sandbox.vercel.Stub.error;
import static dev.caprock.sandbox.vercel.Stub.gone;
import static dev.caprock.sandbox.vercel.Stub.hangUp;
import static dev.caprock.sandbox.vercel.Stub.html;
import static dev.caprock.sandbox.vercel.Stub.json;
import static dev.caprock.sandbox.vercel.Stub.log;
import static dev.caprock.sandbox.vercel.Stub.missing;
import static dev.caprock.sandbox.vercel.Stub.out;
import static dev.caprock.sandbox.vercel.Stub.record;
import static dev.caprock.sandbox.vercel.Stub.running;
import static dev.caprock.sandbox.vercel.VercelTests.SANDBOX;
import static dev.caprock.sandbox.vercel.VercelTests.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.TurnedClock;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CommandTests {

    private static final Command ECHO = new Command(List.of("/bin/echo", "a b", "é"), false, Duration.ofSeconds(60));

    private final Stub stub = new Stub();
    private final VercelProvider vercel = VercelTests.provider(stub);
    private final List<String> lines = new ArrayList<>();

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void aCommandIsStartedDetachedThroughTheRelay() {
        stub.started(log(err("warn\n"), out("hi\nyou"), end(3)));

        assertThat(run()).isEqualTo(new CommandResult(3, "hi\nyou", "warn\n"));

        assertThat(lines).containsExactly("hi", "you");
        var start = stub.requests.getFirst().json();
        assertThat(start.path("command").asString()).isEqualTo("/bin/sh");
        assertThat(start.path("args").valueStream().skip(2).map(argument -> argument.asString()))
                .containsExactly("caprock", "60", "/bin/echo", "a b", "é");
        assertThat(start.path("timeout").asInt()).isEqualTo(70_000);
        assertThat(start.path("sudo").asBoolean()).isFalse();
        assertThat(start.path("env").isEmpty()).isTrue();
        assertThat(start.has("wait") || start.has("logs")).isFalse();
    }

    @Test
    void rootIsASwitchOfTheCommand() {
        stub.started(log(end(0)));

        vercel.run(SANDBOX, ECHO.asRoot(), lines::add);

        assertThat(stub.requests.getFirst().json().path("sudo").asBoolean()).isTrue();
    }

    @Test
    void aLineIsDeliveredAsItIsPrinted() throws Exception {
        var first = new CountDownLatch(1);
        stub.started(log(out -> {
            out.write(out("one\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            awaited(first);
            out.write(end(0).getBytes(StandardCharsets.UTF_8));
        }));

        vercel.run(SANDBOX, ECHO, line -> first.countDown());

        assertThat(first.getCount()).isZero();
    }

    @Test
    void aLogThatIsCutEveryFewLinesIsReplayedAndSkippedByCount() {
        var whole = new ArrayList<String>();
        for (int i = 0; i < 12; i++) {
            whole.add(i % 3 == 0 ? err("e" + i + "é\n") : out("line " + i + " →\n"));
            whole.add(record("stdout", "\n"));
        }
        whole.add(end(0));
        var cuts = new ArrayList<Stub.Reply>();
        for (int read = 1; read < whole.size(); read += 3) {
            var piece = whole.subList(0, read).toArray(String[]::new);
            cuts.add(read % 2 == 0 ? log(piece) : broken(piece));
            piece[read - 1] = piece[read - 1].substring(0, piece[read - 1].length() / 2); // amid a record
            cuts.add(broken(piece));
        }
        cuts.add(log(String.join("", whole)));
        stub.started(cuts.toArray(Stub.Reply[]::new)).on(COMMAND, running());

        assertThat(run())
                .isEqualTo(new CommandResult(
                        0,
                        "line 1 →\nline 2 →\nline 4 →\nline 5 →\nline 7 →\nline 8 →\nline 10 →\nline 11 →\n",
                        "e0é\ne3é\ne6é\ne9é\n"));
        assertThat(lines).hasSize(8);
        assertThat(stub.to(START)).hasSize(1);
    }

    @Test
    void aReplayMayBeCutInOtherPiecesThanTheLogWas() {
        String all = Stub.encoded("0123456789".repeat(30).getBytes(StandardCharsets.UTF_8));
        stub.started(
                        broken(record("stdout", all.substring(0, 5)), record("stdout", all.substring(5, 101))),
                        broken(record("stdout", all.substring(0, 90))),
                        log(record("stdout", all + "!"), record("stdout", "0\n"), record("stderr", "!\n")))
                .on(COMMAND, running());

        assertThat(run().output()).isEqualTo("0123456789".repeat(30));
    }

    @Test
    void aStartWhoseAnswerIsLostIsNotRepeated() {
        stub.on(START, hangUp());

        assertThatThrownBy(this::run).isInstanceOf(RemoteFailure.Unknown.class);

        assertThat(stub.to(START)).hasSize(1);
    }

    @Test
    void aSandboxThatHasEndedIsGone() {
        for (var answer : List.of(gone(), error(404, "not_found", "Session not found."))) {
            stub.on(START, answer).on(WRITE, answer);
            assertThatThrownBy(this::run).satisfies(CommandTests::tellsOfLoss);
        }
    }

    @Test
    void aSandboxInTransitionIsBusy() {
        stub.on(START, error(422, "sandbox_stopping", "stopping"));

        assertThatThrownBy(this::run).isInstanceOf(RemoteFailure.Busy.class);
    }

    @Test
    void aMissingShellIsRejected() {
        stub.on(START, error(400, "executable_not_found", "[invalid_argument] executable file not found in $PATH: X"));

        assertThatThrownBy(this::run).isInstanceOf(RemoteFailure.Rejected.class);
    }

    @Test
    void aSandboxThatEndsMeanwhileLeavesTheOutcomeUnknown() {
        stub.started(broken(out("hi\n")), gone()).on(COMMAND, running(), gone());

        assertThatThrownBy(this::run)
                .isInstanceOfSatisfying(
                        RemoteFailure.Unknown.class,
                        unknown -> assertThat(unknown.code()).isEqualTo("sandbox_gone"));
        assertThat(lines).containsExactly("hi");
    }

    @Test
    void anErrorInTheLogIsABreak() {
        stub.started(
                        log(
                                out("hi\n"),
                                "{\"stream\":\"error\",\"data\":{\"code\":\"sandbox_stream_closed\",\"message\":\"x\"}}\n"),
                        log(out("hi\n"), end(0)))
                .on(COMMAND, running());

        assertThat(run().output()).isEqualTo("hi\n");
    }

    @Test
    void gatewaysThatFailMeanwhileAreWaitedOut() {
        stub.started(html(502), html(599), error(429, "rate_limited", "slow", "Retry-After", "7"), log(end(0)))
                .on(COMMAND, html(502), hangUp(), running());
        var pauses = new ArrayList<Duration>();
        var clock = new TurnedClock();
        Pause waiting = pause -> {
            pauses.add(pause);
            clock.turn(pause);
        };
        var patient = VercelTests.provider(stub, Flavour.RUNTIME, waiting, clock);

        assertThat(patient.run(SANDBOX, ECHO, lines::add).exitCode()).isZero();

        assertThat(pauses).hasSize(3).endsWith(Duration.ofSeconds(7));
    }

    @Test
    void aCommandThatVercelKilledHasNoMark() {
        stub.started(log(out("hi\n"))).on(COMMAND, ended(137));

        assertThat(run()).isEqualTo(new CommandResult(137, "hi\n", ""));
    }

    @Test
    void outputThatIsLostIsNotTakenForNone() {
        stub.started(missing(), missing(), log(out("hi\n"))).on(COMMAND, ended(0));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::run)
                    .isInstanceOfSatisfying(
                            RemoteFailure.Unknown.class,
                            lost -> assertThat(lost.code()).isEqualTo("output_lost"));
        }
    }

    @Test
    void aCommandThatVercelForgotIsUnknown() {
        stub.started(missing()).on(COMMAND, missing());

        assertThatThrownBy(this::run)
                .isInstanceOfSatisfying(
                        RemoteFailure.Unknown.class,
                        lost -> assertThat(lost.code()).isEqualTo("command_lost"));
    }

    @Test
    void anAnswerToAWaitThatComesLateDecides() {
        stub.started(missing()).on(COMMAND, running()).on(COMMAND + "?wait=true", html(502), running(), ended(143));

        assertThat(run().exitCode()).isEqualTo(143);
        assertThat(stub.lines()).filteredOn(line -> line.endsWith("?wait=true")).hasSize(3);
    }

    @Test
    void whatIsNotTheRelaysIsUnknown() {
        stub.started(log(record("stderr", "caprock: 24: base64: not found\n")));

        assertThatThrownBy(this::run).isInstanceOf(RemoteFailure.Unknown.class).hasMessageContaining("base64");
    }

    @Test
    void anInterruptedCallerEndsAtOnceAndStaysInterrupted() throws Exception {
        var reading = new CountDownLatch(1);
        stub.started(log(out -> {
            out.write(out("x\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            awaited(new CountDownLatch(1));
        }));
        var failure = new CompletableFuture<Throwable>();
        var flagged = new CompletableFuture<Boolean>();
        var caller = Thread.ofVirtual().start(() -> {
            failure.complete(catchThrowable(() -> vercel.run(SANDBOX, ECHO, line -> reading.countDown())));
            flagged.complete(Thread.currentThread().isInterrupted());
        });
        reading.await();

        caller.interrupt();

        assertThat(caller.join(Duration.ofSeconds(5))).isTrue();
        assertThat(failure.join()).isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(flagged.join()).isTrue();
    }

    @Test
    void filesGoToTheHomeThatTheSandboxNames() throws Exception {
        stub.started(log(out("/home/vercel-sandbox"), end(0))).on(WRITE, json(200, "{}"));

        vercel.upload(SANDBOX, ".caprock/runs/1/prompt", "hello".getBytes(StandardCharsets.UTF_8));
        vercel.upload(SANDBOX, ".caprock/mount.env", new byte[513]);

        assertThat(stub.to(START)).as("it is asked once").hasSize(1);
        var request = stub.to(WRITE).getFirst();
        assertThat(request.headers().get("Content-Type")).containsExactly("application/gzip");
        assertThat(request.headers().getFirst("x-cwd")).isEqualTo("/");
        var archive = new GZIPInputStream(new ByteArrayInputStream(request.body())).readAllBytes();
        assertThat(archive).hasSize(512 * 4);
        assertThat(new String(archive, StandardCharsets.US_ASCII))
                .startsWith("home/vercel-sandbox/.caprock/runs/1/prompt\0")
                .contains("0000600\0", "ustar\00000", "hello");
    }

    @Test
    void aHomeThatWasNotToldIsAskedForAgain() {
        stub.started(log(end(0)), log(out("/vercel"), end(0))).on(WRITE, json(200, "{}"));

        assertThatThrownBy(() -> vercel.upload(SANDBOX, "f", new byte[1])).isInstanceOf(RemoteFailure.Unknown.class);
        vercel.upload(SANDBOX, "f", new byte[1]);

        assertThat(stub.to(WRITE)).hasSize(1);
    }

    /** The preparing (one command) goes on beside the uploads, and takes two calls where nothing is missing. */
    @Test
    void sixCallsOneAfterAnotherStartAnAgent() {
        stub.on("POST /v2/sandboxes", Stub.sandbox("running", 900))
                .started(log(out("/vercel"), end(0)), log(out("caprock:started 7 1\n"), end(0)))
                .on(WRITE, json(200, "{}"));

        var sandbox = vercel.create(wanted(null, null, null));
        vercel.upload(sandbox, "f", new byte[1]);
        vercel.run(sandbox, Runner.start(new RunFiles(1), Duration.ofSeconds(9), null, List.of()), line -> {});

        assertThat(stub.lines()).containsExactly("POST /v2/sandboxes", START, LOGS, WRITE, START, LOGS);
    }

    private CommandResult run() {
        return vercel.run(SANDBOX, ECHO, lines::add);
    }

    static void tellsOfLoss(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        RemoteFailure.Rejected.class,
                        gone -> assertThat(gone.code()).isEqualTo("sandbox_gone"));
    }

    static void awaited(CountDownLatch latch) throws java.io.IOException {
        try {
            latch.await();
        } catch (InterruptedException closed) {
            throw new java.io.IOException(closed);
        }
    }
}
