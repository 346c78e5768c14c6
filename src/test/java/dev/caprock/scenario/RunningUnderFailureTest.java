package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Effect.BadEnd;
import dev.caprock.simulator.e2b.SandboxEnding;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Whatever happens to the way between us and a running agent: each byte is stored once, and the end is the true one. */
@ImpatientScenarioTest
class RunningUnderFailureTest {

    private static final int LINES = 200_000;

    @Autowired
    private Scenario scenario;

    @Test
    void aStreamThatIsCutAgainAndAgainLosesNothing() {
        SandboxScript.FOLLOW.fault(scenario).times(12).then(new Effect.Stream(BadEnd.RESET, 150_000));
        var session = scenario.session().shell("seq 1 " + LINES).start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout").equals(numbers(LINES))).isTrue();
        var started = session.awaitEvent("run.started").at();
        assertThat(session.awaitEvent("run.finished").at())
                .as("a stream that brings output on is followed again at once")
                .isBefore(started.plusSeconds(20));
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatEndsBadlyIsFollowedAgain(BadEnd end) {
        SandboxScript.FOLLOW.fault(scenario).times(2).then(new Effect.Stream(end, end == BadEnd.RESET ? 700 : 3));
        var session = scenario.session()
                .shell("for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; echo $i >&2; sleep 0.2; done")
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(numbers(10));
        assertThat(session.text("stderr")).isEqualTo(numbers(10));
    }

    @Test
    void aSandboxThatCannotBeReachedForAWhileIsFollowedAfterwards() {
        SandboxScript.FOLLOW.fault(scenario).then(new Effect.Stream(BadEnd.EOF, 3));
        SandboxScript.FOLLOW.fault(scenario).times(4).then(Effect.sandboxNotFound());
        var session =
                scenario.session().shell("seq 1 100; sleep 1; seq 101 200").start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(numbers(200));
    }

    @ParameterizedTest
    @EnumSource
    void aSandboxThatDiesFailsTheSession(SandboxEnding how) {
        scenario.simulators().e2b().endStreamsBy(how);
        var session = waiting();
        session.awaitPrinted("here");

        scenario.simulators().e2b().killFromOutside(session.sandboxId());

        Endings.assertFailed(scenario, session, "sandbox_lost");
        assertThat(session.run().path("status").stringValue("")).isEqualTo("lost");
        assertThat(session.text("stdout")).isEqualTo("here\n");
    }

    @Test
    void aCredentialThatIsRevokedByOthersIsNoSuccess() throws Exception {
        var session = waiting();
        session.awaitPrinted("here");

        revoke(session.awaitEvent("credential.minted").text("credentialId"));
        Endings.letGo(session);

        Endings.assertFailed(scenario, session, "workspace_not_flushed");
    }

    private StartedSession waiting() {
        return scenario.session()
                .shell("echo here; until [ -f ~/go ]; do sleep 0.1; done; echo new >new.txt; true")
                .start();
    }

    private void revoke(String key) throws IOException, InterruptedException {
        var mesa = scenario.simulators().mesa();
        var request = HttpRequest.newBuilder(mesa.url()
                        .resolve("%s/%s/api-keys/%s".formatted(mesa.url().getPath(), mesa.organisation(), key)))
                .header("Authorization", "Bearer " + mesa.rootKey())
                .DELETE()
                .build();
        try (var client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isLessThan(300);
        }
    }

    private static String numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }
}
