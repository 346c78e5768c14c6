package dev.caprock.sandbox.vercel;

import static dev.caprock.sandbox.vercel.Stub.COMMAND;
import static dev.caprock.sandbox.vercel.Stub.broken;
import static dev.caprock.sandbox.vercel.Stub.end;
import static dev.caprock.sandbox.vercel.Stub.ended;
import static dev.caprock.sandbox.vercel.Stub.err;
import static dev.caprock.sandbox.vercel.Stub.gone;
import static dev.caprock.sandbox.vercel.Stub.log;
import static dev.caprock.sandbox.vercel.Stub.out;
import static dev.caprock.sandbox.vercel.Stub.running;
import static dev.caprock.sandbox.vercel.VercelTests.SANDBOX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.FollowEnd;
import dev.caprock.sandbox.Offsets;
import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OutputStreamName;
import dev.caprock.sandbox.RunFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class VercelFollowTests {

    private static final int CHUNK = 48 << 10;
    private static final int CHUNKS = 640; // 30 MiB

    private final Stub stub = new Stub();
    private final VercelProvider vercel = VercelTests.provider(stub);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void theReaderIsStartedAtTheOffsetsAndEndsByItselfInTime() {
        stub.started(log(end(0)));

        follow(new Offsets(12, 7_000_000_000L), (stream, bytes) -> {});

        var start = stub.requests.getFirst().json();
        assertThat(start.path("args").valueStream().skip(8).map(argument -> argument.asString()))
                .containsExactly(".caprock/runs/3", "12", "7000000000", "225");
        assertThat(start.path("args").path(3).asString()).isEqualTo("238");
    }

    @ParameterizedTest
    @EnumSource
    void theReadersExitCodeSaysWhyItEnded(FollowEnd end) {
        stub.started(log(end(end.exitCode())));

        assertThat(follow(Offsets.START, (stream, bytes) -> {})).isEqualTo(end);
    }

    @Test
    void anEndThatIsNotTheReadersIsUnknown() {
        stub.started(log(end(127)), log(""), log("")).on(COMMAND, ended(0));

        assertThatThrownBy(() -> follow(Offsets.START, (stream, bytes) -> {}))
                .isInstanceOf(RemoteFailure.Unknown.class)
                .hasMessageContaining("127");
        assertThatThrownBy(() -> follow(Offsets.START, (stream, bytes) -> {}))
                .as("an exit code of Vercel's does not say that all has arrived")
                .isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void bytesThatAreNoTextArriveAsTheyAreAndOnceWhateverBreaks() {
        byte[] bytes = {0, (byte) 0xff, '\n', (byte) 0xc3};
        stub.started(
                        broken(out(bytes)),
                        broken(err("e"), out(bytes), out("x")),
                        log(out(bytes), out("x"), err("e"), end(0)))
                .on(COMMAND, running());
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();

        follow(Offsets.START, (stream, part) -> (stream == OutputStreamName.STDOUT ? output : errors).writeBytes(part));

        assertThat(output.toByteArray()).isEqualTo(new byte[] {0, (byte) 0xff, '\n', (byte) 0xc3, 'x'});
        assertThat(errors.toByteArray()).containsExactly('e');
    }

    @Test
    void aSandboxThatEndsMeanwhileIsGone() {
        stub.started(broken(out("x")), gone()).on(COMMAND, gone());

        assertThatThrownBy(() -> follow(Offsets.START, (stream, bytes) -> {})).satisfies(CommandTests::tellsOfLoss);
    }

    @Test
    void thirtyMebibytesPassExactlyAndASlowSinkHoldsTheSenderBack() {
        byte[] content = new byte[CHUNK];
        new Random(3).nextBytes(content);
        byte[] record = out(content).getBytes(StandardCharsets.UTF_8);
        var sent = new AtomicLong();
        stub.started(log(out -> {
            for (int i = 0; i < CHUNKS; i++) {
                out.write(record);
                sent.addAndGet(CHUNK);
            }
            out.write(end(0).getBytes(StandardCharsets.UTF_8));
        }));
        var received = new AtomicLong();
        var held = new AtomicLong();

        var end = follow(Offsets.START, (stream, bytes) -> {
            int at = (int) (received.get() % CHUNK);
            assertThat(java.util.Arrays.equals(bytes, 0, bytes.length, content, at, at + bytes.length))
                    .isTrue();
            if (received.getAndAdd(bytes.length) == 0) {
                held.set(sentWhenHeldBack(sent));
            }
        });

        assertThat(end).isEqualTo(FollowEnd.ENDED);
        assertThat(received).hasValue((long) CHUNK * CHUNKS);
        assertThat(held.get()).as("what sockets hold, not what we do").isLessThan(20L << 20);
    }

    private FollowEnd follow(Offsets from, OutputSink sink) {
        return vercel.follow(SANDBOX, new RunFiles(3), from, sink);
    }

    private static long sentWhenHeldBack(AtomicLong sent) {
        var before = new AtomicLong(-1);
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> before.getAndSet(sent.get()) == sent.get());
        return sent.get();
    }
}
