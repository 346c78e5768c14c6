package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import dev.caprock.simulator.e2b.RecordedRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A round trip to a provider costs what nothing of ours can make up for, so as few as possible wait for each other. */
@ScenarioTest
class OpeningDepthTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Autowired
    private Scenario scenario;

    @Test
    void theWorkspaceIsOpenedAndTheCredentialMintedWhileTheSandboxIsMade() {
        var mayCreate = new CountDownLatch(1);
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(new Effect.Wait(mayCreate));
        var session = scenario.session().shell("true").start();

        session.awaitEvent("credential.minted");
        await().atMost(LIMIT)
                .until(() ->
                        scenario.simulators().mesa().bookmarks(session.repo()).contains(session.bookmark()));
        assertThat(session.seen()).noneMatch(event -> event.is("sandbox.created"));
        mayCreate.countDown();

        scenario.assertEndedClean(session);
    }

    @Test
    void threeRequestsInARowLieBetweenAcceptingASessionAndItsAgent() {
        var mayUpload = new CountDownLatch(1);
        scenario.simulators()
                .e2b()
                .faults()
                .on(Operation.WRITE_FILE)
                .untilCleared()
                .then(new Effect.Wait(mayUpload));
        var session = scenario.session().shell("true").start();
        String sandbox = session.sandboxId();

        await().atMost(LIMIT)
                .until(() -> count(sandbox, Operation.START) == 1 && count(sandbox, Operation.WRITE_FILE) == 3);
        mayUpload
                .countDown(); // preparing waits for the uploads, and none of them for another: all of them are on their
        // way

        scenario.assertEndedClean(session);
        RecordedRequest start = requests(sandbox).stream()
                .filter(request -> request.operation() == Operation.START)
                .skip(1)
                .findFirst()
                .orElseThrow();
        assertThat(depth(start, requests(sandbox), new HashMap<>())).isEqualTo(3);
    }

    private List<RecordedRequest> requests(String sandbox) {
        return scenario.simulators().e2b().ledger().requests().stream()
                .filter(request -> sandbox.equals(request.sandboxId()))
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
