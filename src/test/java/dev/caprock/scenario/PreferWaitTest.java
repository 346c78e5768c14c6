package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;

/** Callers that would rather wait than poll. */
@ScenarioTest
class PreferWaitTest {

    @Autowired
    private Scenario scenario;

    @Test
    void theAnswerWaitsUntilTheAgentRuns() {
        Reply reply = post(
                "respond-async, wait=60", scenario.session().shell("sleep 60").body());

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.header("Preference-Applied")).isEqualTo("wait=60");
        assertThat(reply.json().path("status").stringValue()).isEqualTo("running");
        scenario.started(reply, "").delete("now");
    }

    @Test
    void itDoesNotWaitForWhatIsOver() {
        Map<String, Object> body = scenario.session().shell("true").body();

        Reply reply = post("wait=60", body);

        assertThat(reply.json().path("status").stringValue()).isIn("running", "closed");
    }

    @Test
    void whenTheTimeIsOverItTellsHowFarItIs() {
        var latch = new CountDownLatch(1);
        scenario.simulators().e2b().faults().on(Operation.CREATE).times(5).then(new Effect.Wait(latch));

        Reply reply =
                post("wait=1", scenario.session().provider("e2b").shell("true").body());
        latch.countDown();

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.json().path("status").stringValue()).isEqualTo("opening");
    }

    @Test
    void whatIsNotUnderstoodIsNotRefused() {
        Reply reply = post(
                "handling=lenient, wait=soon", scenario.session().shell("true").body());

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.headers().firstValue("Preference-Applied")).isEmpty();
    }

    private Reply post(String preference, Map<String, Object> body) {
        String json = JsonMapper.shared().writeValueAsString(body);
        return scenario.http()
                .send(
                        "POST",
                        "/v1/sessions",
                        BodyPublishers.ofString(json),
                        "Content-Type",
                        "application/json",
                        "Prefer",
                        preference);
    }
}
