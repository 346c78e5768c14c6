package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.vercel.Effect;
import dev.caprock.simulator.vercel.Operation;
import dev.caprock.simulator.vercel.RecordedRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What {@link OpeningDepthTest} is for E2B: how many calls one after another lie before an agent's start. */
@ScenarioTest
class VercelDepthTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Autowired
    private Scenario scenario;

    /** Create; home (two), upload, beside them the mount (one) and its preparing (two); and the start, whose log ends it. */
    @Test
    void sixRequestsInARowLieBetweenAcceptingASessionAndItsAgent() {
        CountDownLatch mayRun = hold(Operation.RUN);
        CountDownLatch mayWrite = hold(Operation.WRITE_FILES);
        var session = scenario.session().provider("vercel").shell("true").start();
        String sandbox = session.sandboxId();

        await().atMost(LIMIT).until(() -> count(sandbox, Operation.RUN) == 3);
        mayRun.countDown(); // none of them waits for another, nor does any upload
        await().atMost(LIMIT).until(() -> count(sandbox, Operation.WRITE_FILES) == 3);
        mayWrite.countDown();

        scenario.assertEndedClean(session);
        RecordedRequest start = requests(sandbox).stream()
                .filter(request -> request.operation() == Operation.RUN)
                .toList()
                .get(3);
        RecordedRequest told = requests(sandbox).stream()
                .filter(request -> request.operation() == Operation.LOGS && request.begun() > start.ended())
                .findFirst()
                .orElseThrow();
        assertThat(depth(told, requests(sandbox), new HashMap<>()))
                .as("a chain is shorter where a log was told before its end was noted")
                .isBetween(4, 6);
    }

    private CountDownLatch hold(Operation operation) {
        var latch = new CountDownLatch(1);
        scenario.simulators().vercel().faults().on(operation).times(3).then(new Effect.Wait(latch));
        return latch;
    }

    private List<RecordedRequest> requests(String sandbox) {
        return scenario.simulators().vercel().ledger().requests().stream()
                .filter(request -> sandbox.equals(request.sandbox()))
                .toList();
    }

    private long count(String sandbox, Operation operation) {
        return requests(sandbox).stream()
                .filter(request -> request.operation() == operation)
                .count();
    }

    /** The length of the longest chain of requests that ends with this one, each begun after the end of the one before. */
    private static int depth(RecordedRequest last, List<RecordedRequest> all, Map<Long, Integer> known) {
        Integer before = known.get(last.begun());
        if (before != null) {
            return before;
        }
        int depth = 1;
        for (RecordedRequest earlier : all) {
            if (earlier.ended() < last.begun()) {
                depth = Math.max(depth, 1 + depth(earlier, all, known));
            }
        }
        known.put(last.begun(), depth);
        return depth;
    }
}
