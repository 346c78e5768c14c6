package dev.caprock.session.lifecycle;

import static dev.caprock.journal.StandardStream.STDERR;
import static dev.caprock.journal.StandardStream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class OutputBufferTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MEBIBYTE = 1024 * 1024;

    private final OutputBuffer buffer = new OutputBuffer();

    @Test
    void bytesComeOutInTheOrderInWhichTheyArrived() throws Exception {
        put("a");
        put("b");
        buffer.put(STDERR, "!".getBytes(UTF_8));
        put("c");

        assertThat(buffer.take(LONG))
                .extracting(chunk -> chunk.stream() + " " + new String(chunk.bytes(), UTF_8))
                .containsExactly("STDOUT ab", "STDERR !", "STDOUT c");
        assertThat(buffer.take(Duration.ZERO)).isEmpty();
    }

    @Test
    void whoTakesWaitsForWhatComes() throws Exception {
        var taken = new FutureTask<>(() -> buffer.take(LONG));
        Thread taker = Thread.ofVirtual().start(taken);
        awaitWaiting(taker);

        put("at last");

        assertThat(taken.get()).hasSize(1);
    }

    @Test
    void aFullBufferHoldsItsReaderBack() throws Exception {
        buffer.put(STDOUT, new byte[MEBIBYTE]);
        var more = new FutureTask<>(() -> {
            put("more");
            return true;
        });
        Thread reader = Thread.ofVirtual().start(more);
        awaitWaiting(reader);

        assertThat(buffer.take(LONG))
                .singleElement()
                .satisfies(chunk -> assertThat(chunk.bytes()).hasSize(MEBIBYTE));

        assertThat(more.get()).isTrue();
        assertThat(buffer.take(LONG)).hasSize(1);
    }

    @Test
    void aPokeEndsTheWaitForNothing() throws Exception {
        var taken = new FutureTask<>(() -> buffer.take(LONG));
        Thread taker = Thread.ofVirtual().start(taken);
        awaitWaiting(taker);

        buffer.poke();

        assertThat(taken.get()).isEmpty();
        assertThat(buffer.isDrained()).isFalse();
    }

    @Test
    void aPokeBeforeTheWaitIsNotLost() throws Exception {
        buffer.poke();

        assertThat(buffer.take(LONG)).isEmpty();
    }

    @Test
    void itIsDrainedWhenAllIsTakenAndNoMoreComes() throws Exception {
        put("last words");
        buffer.end();
        assertThat(buffer.isDrained()).isFalse();

        assertThat(buffer.take(LONG)).hasSize(1);

        assertThat(buffer.isDrained()).isTrue();
        assertThat(buffer.take(LONG)).isEmpty();
    }

    @Test
    void gatheringEndsEarlyWhenMuchHasComeOrNoMoreWill() throws Exception {
        buffer.put(STDOUT, new byte[MEBIBYTE / 4]);
        buffer.gather(LONG);
        List<OutputBuffer.Chunk> taken = buffer.take(LONG);
        assertThat(taken).hasSize(1);

        buffer.end();
        buffer.gather(LONG);
    }

    /** As the journal's lag is measured: gathering counts, and so does waiting for room. */
    @Test
    void itTellsHowLongTheOldestOfWhatWasTakenHadBeenHere() throws Exception {
        var nanoTime = new AtomicLong();
        var timed = new OutputBuffer(nanoTime::get);
        timed.put(STDOUT, "old".getBytes(UTF_8));
        nanoTime.set(2_000_000);
        timed.put(STDERR, "new".getBytes(UTF_8));
        nanoTime.set(5_000_000);

        assertThat(timed.take(LONG)).hasSize(2);
        assertThat(timed.waited()).isEqualTo(Duration.ofMillis(5));
        timed.put(STDOUT, "next".getBytes(UTF_8));
        nanoTime.set(6_000_000);
        assertThat(timed.waited()).as("not yet taken").isEqualTo(Duration.ofMillis(6));
        assertThat(timed.take(LONG)).hasSize(1);
        assertThat(timed.waited()).isEqualTo(Duration.ofMillis(1));
    }

    private void put(String text) throws InterruptedException {
        buffer.put(STDOUT, text.getBytes(UTF_8));
    }

    private static void awaitWaiting(Thread thread) {
        await().pollInterval(Duration.ofMillis(2))
                .until(() ->
                        thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }
}
