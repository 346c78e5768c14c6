package dev.caprock.session;

import static dev.caprock.session.ResourceKind.PROCESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunTest {

    private final GivenSession given = GivenSession.queued();
    private final Session session = given.session();
    private final Run run = given.run();

    @Test
    void aRunStartsOnceItsProcessIsIntended() {
        given.prepared();
        assertThat(run.status()).isEqualTo(RunStatus.QUEUED);

        given.intended(PROCESS);
        assertThat(run.status()).isEqualTo(RunStatus.STARTING);

        given.live(PROCESS);
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(run.startedAt()).isEqualTo(given.now());
    }

    @ParameterizedTest
    @CsvSource({
        "0, ,          SUCCEEDED",
        "1, ,          FAILED",
        "0, CLOSING,   CANCELLED",
        "1, CLOSING,   CANCELLED",
        "0, TIMED_OUT, FAILED",
        "1, TIMED_OUT, FAILED"
    })
    void howItEndedFollowsFromItsExitCodeAndFromWhetherItWasStopped(
            int code, @org.jspecify.annotations.Nullable StopReason stopped, RunStatus end) {
        given.running();
        if (stopped != null) {
            session.intendStop(given.of(PROCESS).id(), stopped);
        }

        given.exited(code);

        assertThat(run.status()).isEqualTo(end);
        assertThat(run.exitCode()).isEqualTo(code);
        assertThat(run.signal()).isNull();
        assertThat(run.finishedAt()).isEqualTo(given.now());
    }

    @Test
    void theFirstReasonToStopItStays() {
        given.running();
        session.intendStop(given.of(PROCESS).id(), StopReason.TIMED_OUT);
        session.intendStop(given.of(PROCESS).id(), StopReason.CLOSING);

        assertThat(run.stopReason()).isEqualTo(StopReason.TIMED_OUT);
        assertThat(given.exited(143).session().detail())
                .extracting(Detail::code)
                .isEqualTo("run_timed_out");
    }

    @Test
    void theSignalThatEndedItIsTold() {
        given.running();

        session.runExited(run.id(), 137, 9, Map.of("stdoutBytes", 5), given.now());

        assertThat(run.signal()).isEqualTo(9);
        Fact finished = session.drainFacts().stream()
                .filter(fact -> fact.type().equals("run.finished"))
                .findFirst()
                .orElseThrow();
        assertThat(finished.run()).isEqualTo(run.id());
        assertThat(finished.data())
                .containsEntry("exitCode", 137)
                .containsEntry("signal", 9)
                .containsEntry("stdoutBytes", 5)
                .containsEntry("status", "failed");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "CANCELLED", "FAILED"})
    void whatHasEndedStaysAsItEnded(RunStatus end) {
        given.running();
        session.runEnded(run.id(), end, "first", given.now());
        session.drainFacts();

        given.exited(0);
        session.runEnded(run.id(), RunStatus.LOST, "second", given.now());

        assertThat(run.status()).isEqualTo(end);
        assertThat(run.exitCode()).isNull();
        assertThat(session.drainFacts()).isEmpty();
    }

    @Test
    void aQueuedRunIsCancelledWhenTheSessionCloses() {
        given.cancelled();

        assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void whatTheAgentReportsIsKeptUntilItSaysMore() {
        given.running();

        session.runReported(run.id(), "half done", null);
        session.runReported(run.id(), null, Map.of("inputTokens", 7));

        assertThat(run.result()).isEqualTo("half done");
        assertThat(run.usage()).isEqualTo(Map.of("inputTokens", 7));
    }

    @Test
    void onlyTheFirstOutputIsTimed() {
        given.running();
        session.firstOutput(run.id(), given.now());
        var first = given.now();
        given.later(java.time.Duration.ofSeconds(1));
        session.firstOutput(run.id(), given.now());

        assertThat(run.firstOutputAt()).isEqualTo(first);
    }

    @Test
    void runsAreCountedFromOne() {
        assertThat(session.runs()).extracting(Run::number).isEqualTo(List.of(1));
    }

    @Test
    void aResultCanBeStoredWhateverTheAgentSays() {
        given.running();

        run.reported("a\0b", null);

        assertThat(run.result()).isEqualTo("a\uFFFDb");
    }
}
