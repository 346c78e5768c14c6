package dev.caprock.sandbox.e2b;

import static dev.caprock.sandbox.e2b.E2bTests.SANDBOX;
import static dev.caprock.sandbox.e2b.Stub.data;
import static dev.caprock.sandbox.e2b.Stub.ended;
import static dev.caprock.sandbox.e2b.Stub.last;
import static dev.caprock.sandbox.e2b.Stub.started;
import static dev.caprock.sandbox.e2b.Stub.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.FollowEnd;
import dev.caprock.sandbox.Offsets;
import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OutputStreamName;
import dev.caprock.sandbox.RunFiles;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class FollowTests {

    private static final String START = "POST /process.Process/Start";
    private static final int CHUNK = 32 << 10;
    private static final int CHUNKS = 960; // 30 MiB

    private final Stub stub = new Stub();
    private final E2bProvider e2b = E2bTests.provider(stub);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void theReaderIsStartedAtTheOffsetsAndEndsByItself() {
        stub.on(START, stream(started(), ended(0), last("{}")));

        follow(new Offsets(12, 7_000_000_000L), (stream, bytes) -> {});

        var request = stub.requests.getFirst();
        var process = Stub.message(request).path("process");
        assertThat(process.path("cmd").asString()).isEqualTo("/bin/sh");
        assertThat(process.path("args").valueStream().skip(2).map(argument -> argument.asString()))
                .containsExactly("caprock", ".caprock/runs/3", "12", "7000000000", "230");
        assertThat(request.headers().keySet()).doesNotContain("Connect-timeout-ms", "Authorization");
    }

    @ParameterizedTest
    @EnumSource
    void theReadersExitCodeSaysWhyItEnded(FollowEnd end) {
        stub.on(START, stream(started(), ended(end.exitCode()), last("{}")));

        assertThat(follow(Offsets.START, (stream, bytes) -> {})).isEqualTo(end);
    }

    @Test
    void aReaderThatFailsIsUnknown() {
        stub.on(START, stream(started(), ended(127), last("{}")));

        assertThatThrownBy(() -> follow(Offsets.START, (stream, bytes) -> {}))
                .isInstanceOf(RemoteFailure.Unknown.class)
                .hasMessageContaining("127");
    }

    @Test
    void whatWasDeliveredBeforeABreakStands() {
        byte[] bytes = {0, (byte) 0xff, '\n', (byte) 0xc3};
        stub.on(START, stream(started(), data("stderr", bytes), data("stdout", "x")));
        var errors = new ByteArrayOutputStream();

        assertThatThrownBy(() -> follow(Offsets.START, (stream, part) -> {
                    if (stream == OutputStreamName.STDERR) {
                        errors.writeBytes(part);
                    }
                }))
                .isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(errors.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void thirtyMebibytesPassExactlyAndASlowSinkHoldsTheSenderBack() {
        byte[] content = new byte[CHUNK];
        new Random(3).nextBytes(content);
        var sent = new AtomicLong();
        stub.on(START, stream(out -> {
            out.write(started());
            for (int i = 0; i < CHUNKS; i++) {
                out.write(data(i % 2 == 0 ? "stdout" : "stderr", content));
                sent.addAndGet(CHUNK);
            }
            out.write(Stub.joined(ended(0), last("{}")));
        }));
        var received = new AtomicLong();
        var held = new AtomicLong();

        var end = follow(Offsets.START, (stream, bytes) -> {
            assertThat(bytes).isEqualTo(content);
            if (received.getAndAdd(bytes.length) == 0) {
                held.set(sentWhenHeldBack(sent));
            }
        });

        assertThat(end).isEqualTo(FollowEnd.ENDED);
        assertThat(received).hasValue((long) CHUNK * CHUNKS);
        assertThat(held.get()).as("what sockets hold, not what we do").isLessThan(20L << 20);
    }

    @Test
    void anInterruptedReaderEndsAtOnceAndStaysInterrupted() throws Exception {
        var reading = new CountDownLatch(1);
        stub.on(START, stream(out -> {
            out.write(Stub.joined(started(), data("stdout", "x")));
            out.flush();
            Awaitility.await().until(() -> false);
        }));
        var failure = new CompletableFuture<Throwable>();
        var flagged = new AtomicBoolean();
        var reader = Thread.ofVirtual().start(() -> {
            failure.complete(catchThrowable(() -> follow(Offsets.START, (stream, bytes) -> reading.countDown())));
            flagged.set(Thread.currentThread().isInterrupted());
        });
        reading.await();

        reader.interrupt();

        assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
        assertThat(failure.join()).isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(flagged).isTrue();
    }

    @Test
    void aReaderInterruptedBeforeTheAnswerEndsAtOnceToo() throws Exception {
        var asked = new CountDownLatch(1);
        stub.on(START, exchange -> {
            asked.countDown();
            Awaitility.await().until(() -> false);
        });
        var failure = new CompletableFuture<Throwable>();
        var reader = Thread.ofVirtual()
                .start(() -> failure.complete(catchThrowable(() -> follow(Offsets.START, (stream, bytes) -> {}))));
        asked.await();

        reader.interrupt();

        assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
        assertThat(failure.join()).isInstanceOf(RemoteFailure.Unknown.class);
    }

    private FollowEnd follow(Offsets from, OutputSink sink) {
        return e2b.follow(SANDBOX, new RunFiles(3), from, sink);
    }

    private static long sentWhenHeldBack(AtomicLong sent) {
        var before = new AtomicLong(-1);
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> before.getAndSet(sent.get()) == sent.get());
        return sent.get();
    }
}
