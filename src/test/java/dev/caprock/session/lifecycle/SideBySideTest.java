package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SideBySideTest {

    @Test
    void tasksRunAtTheSameTimeAndAnswerInTheirOrder() {
        var meeting = new CyclicBarrier(3);

        List<String> results = SideBySide.run(List.of(meet(meeting, "a"), meet(meeting, "b"), meet(meeting, "c")));

        assertThat(results).containsExactly("a", "b", "c");
    }

    private static Callable<String> meet(CyclicBarrier meeting, String name) {
        return () -> {
            meeting.await();
            return name;
        };
    }

    @Test
    void theFirstFailureInterruptsTheOthersAndIsThrown() {
        var waiting = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Callable<String> patient = () -> {
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException hurried) {
                interrupted.countDown();
            }
            return "too late";
        };
        Callable<String> failing = () -> {
            waiting.await();
            throw new IllegalArgumentException("the first");
        };

        assertThatThrownBy(() -> SideBySide.run(List.of(patient, failing)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the first");
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void whoIsInterruptedInterruptsAllAndStaysInterrupted() throws Exception {
        var started = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Callable<String> patient = () -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                ended.countDown();
            }
            return "never";
        };
        var outcome = new java.util.concurrent.FutureTask<>(() -> {
            assertThatThrownBy(() -> SideBySide.run(List.of(patient))).isInstanceOf(IllegalStateException.class);
            return Thread.currentThread().isInterrupted();
        });
        Thread worker = Thread.ofVirtual().start(outcome);
        started.await();

        worker.interrupt();

        assertThat(outcome.get()).isTrue();
        assertThat(ended.getCount()).isZero();
    }
}
