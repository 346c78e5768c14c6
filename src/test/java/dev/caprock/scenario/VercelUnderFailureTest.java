package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.vercel.Effect;
import dev.caprock.simulator.vercel.Operation;
import dev.caprock.simulator.vercel.RecordedRequest;
import dev.caprock.simulator.vercel.SessionEnding;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What Vercel is known to do to its callers: nothing is lost, made twice or left behind by it. */
@ImpatientScenarioTest
class VercelUnderFailureTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Autowired
    private Scenario scenario;

    @AfterEach
    void endStreamsAsAtFirst() {
        scenario.simulators().vercel().endStreamsBy(SessionEnding.ERROR_RECORD);
    }

    @Test
    void aLogThatIsCutEverySecondLosesNothing() {
        SandboxScript.FOLLOW
                .vercelFault(scenario, Operation.LOGS)
                .untilCleared()
                .then(new Effect.Cut(Duration.ofSeconds(1)));
        var session = session("for i in $(seq 1 60); do printf 'é%d\\0\\377\\n' $i; echo $i >&2; sleep 0.1; done");

        Endings.assertSucceeded(scenario, session);

        assertThat(session.output("stdout")).isEqualTo(lines(60));
        assertThat(session.text("stderr"))
                .isEqualTo(IntStream.rangeClosed(1, 60).mapToObj(i -> i + "\n").collect(Collectors.joining()));
        assertThat(requests(session, Operation.LOGS).size())
                .as("logs read of four commands, one of them again and again")
                .isGreaterThan(8);
    }

    @Test
    void theLogsOfPreparingAndStartingMayBeCutToo() {
        scenario.simulators()
                .vercel()
                .faults()
                .on(Operation.LOGS)
                .times(12)
                .then(new Effect.Cut(Duration.ofMillis(50)));

        Endings.assertSucceeded(scenario, session("echo here >here.txt"));
    }

    @Test
    void aWaitThatIsAnsweredLateDelaysTheEndAndChangesNothing() {
        var mayAnswer = new CountDownLatch(1);
        SandboxScript.FOLLOW.vercelFault(scenario, Operation.LOGS).then(Effect.notFound());
        SandboxScript.FOLLOW.vercelFault(scenario, Operation.WAIT).then(new Effect.AnswerLate(mayAnswer));
        var session = session("seq 1 1000; sleep 1; echo last");

        await().atMost(LIMIT).until(() -> requests(session, Operation.WAIT).size() == 1);
        assertThat(session.seen()).noneMatch(event -> event.is("run.finished"));
        mayAnswer.countDown();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).hasSize(3893 + 5).endsWith("1000\nlast\n");
    }

    @Test
    void aSandboxThatIsMadeThoughAGatewayFailedIsAdopted() {
        long before = creates();
        scenario.simulators()
                .vercel()
                .faults()
                .on(Operation.CREATE)
                .then(Effect.badGateway().afterDoing());

        Endings.assertSucceeded(scenario, session("true"));

        assertThat(creates() - before).isEqualTo(1);
    }

    @Test
    void aStopThatIsAnsweredTooEarlyIsNotTakenForTheEnd() {
        var mayStop = new CountDownLatch(1);
        scenario.simulators().vercel().faults().on(Operation.STOP).then(new Effect.Linger(mayStop));
        var session = session("echo here");

        await().atMost(LIMIT).until(() -> looksAfterStop(session) >= 2);
        assertThat(requests(session, Operation.DELETE)).isEmpty();
        assertThat(session.seen()).noneMatch(event -> event.is("sandbox.destroyed"));
        mayStop.countDown();

        Endings.assertSucceeded(scenario, session);
        assertThat(requests(session, Operation.DELETE)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aSandboxThatIsGoneInTheMiddleOfARunIsLostAndNeverBootedAgain(SessionEnding how) {
        scenario.simulators().vercel().endStreamsBy(how);
        var session = waiting();
        session.awaitPrinted("here");

        session.killSandbox();

        Endings.assertFailed(scenario, session, "sandbox_lost");
        assertThat(session.run().path("status").stringValue("")).isEqualTo("lost");
        assertThat(session.text("stdout")).isEqualTo("here\n");
        assertNothingWasResumed(session);
    }

    @Test
    void whoSaysGoneIsBelievedAndTheSandboxDestroyedAllTheSame() {
        var session = waiting();
        session.awaitPrinted("here");

        scenario.simulators()
                .vercel()
                .faults()
                .on(Operation.inside())
                .sandbox(session.sandboxId())
                .untilCleared()
                .then(Effect.sandboxStopped());
        Endings.letGo(session);

        Endings.assertFailed(scenario, session, "sandbox_lost");
        assertNothingWasResumed(session);
    }

    @Test
    void anAgentWhoseStartWasNotAnsweredStartsOnce() {
        SandboxScript.START.vercelFault(scenario, Operation.RUN).then(new Effect.Drop(true));
        var session = session("echo here");

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo("here\n");
    }

    @Test
    void aMountWhoseStartWasNotAnsweredIsMountedOnce() {
        scenario.simulators()
                .vercel()
                .faults()
                .on(Operation.RUN)
                .containing("lives as long as the mount")
                .times(2)
                .then(new Effect.Drop(true));

        Endings.assertSucceeded(scenario, session("echo new >new.txt"));
    }

    @Test
    void logsThatAreForgottenAtTheEndOfACommandLoseNoOutput() {
        SandboxScript.FOLLOW.vercelFault(scenario, Operation.LOGS).times(3).then(Effect.notFound());
        SandboxScript.FLUSH.vercelFault(scenario, Operation.LOGS).times(2).then(Effect.notFound());
        var session = session("seq 1 1000");

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).hasSize(3893).endsWith("\n1000\n");
    }

    private StartedSession session(String script) {
        return scenario.session().provider("vercel").shell(script).start();
    }

    private StartedSession waiting() {
        return session("echo here; until [ -f ~/go ]; do sleep 0.1; done");
    }

    private void assertNothingWasResumed(StartedSession session) {
        assertThat(requests(session, Operation.RESUME)).isEmpty();
        assertThat(requests(session, Operation.CREATE)).hasSize(1);
    }

    private List<RecordedRequest> requests(StartedSession session, Operation operation) {
        return scenario.simulators().vercel().ledger().requests(operation).stream()
                .filter(request -> session.sandboxId().equals(request.sandbox()))
                .toList();
    }

    private long looksAfterStop(StartedSession session) {
        return requests(session, Operation.STOP).stream()
                .flatMap(stop -> requests(session, Operation.GET).stream().filter(get -> get.begun() > stop.ended()))
                .count();
    }

    private long creates() {
        return scenario.simulators()
                .vercel()
                .ledger()
                .requests(Operation.CREATE)
                .size();
    }

    private static byte[] lines(int count) {
        var bytes = new java.io.ByteArrayOutputStream();
        for (int i = 1; i <= count; i++) {
            bytes.writeBytes(("é" + i + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            bytes.write(0xff);
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }
}
