package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WatchedStreamTests {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(300);

    /** A body whose bytes a test supplies, and which, like the JDK client's, ends when it is closed. */
    private static final class Body extends InputStream {

        private final BlockingQueue<Integer> bytes = new ArrayBlockingQueue<>(10);
        private volatile boolean closed;

        @Override
        public int read() throws IOException {
            try {
                int next = closed ? -1 : bytes.take();
                return closed ? -1 : next;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int next = read();
            target[offset] = (byte) next;
            return next < 0 ? -1 : 1;
        }

        @Override
        public void close() {
            closed = true;
            bytes.offer(-1);
        }
    }

    private final Body body = new Body();

    @Test
    void silenceEndsABlockedRead() {
        var stream = WatchedStream.over(body, SHORT, LONG);

        assertThatThrownBy(stream::read)
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessageContaining("silent");
        assertThat(body.closed).isTrue();
    }

    @Test
    void timeOutsideOfReadingIsNotSilence() throws IOException {
        var stream = WatchedStream.over(body, SHORT, LONG);
        body.bytes.add(1);
        assertThat(stream.read()).isEqualTo(1);

        Awaitility.await().during(SHORT.multipliedBy(3)).until(() -> !body.closed);
        body.bytes.add(2);

        assertThat(stream.read()).isEqualTo(2);
    }

    @Test
    void aStreamThatTricklesOnIsEndedWithItsLife() {
        var stream = WatchedStream.over(body, LONG, SHORT);
        body.bytes.add(1);

        assertThatThrownBy(stream::readAllBytes)
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessageContaining("not over");
    }

    @Test
    void aLifeThatIsOverBetweenTwoReadsIsToldToo() {
        var stream = WatchedStream.over(body, LONG, SHORT);
        Awaitility.await().until(() -> body.closed);

        assertThatThrownBy(stream::read).isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void aProperEndIsAnEnd() throws IOException {
        var stream = WatchedStream.over(new ByteArrayInputStream(new byte[] {(byte) 200, 1}), LONG, LONG);

        assertThat(stream.read()).isEqualTo(200);
        assertThat(stream.readAllBytes()).containsExactly(1);
        assertThat(stream.read()).isEqualTo(-1);
    }

    @Test
    void aStreamClosedByItsOwnerIsNotWatchedAnyMore() throws IOException {
        var stream = WatchedStream.over(body, SHORT, LONG);

        stream.close();

        assertThat(stream.read()).isEqualTo(-1);
    }
}
