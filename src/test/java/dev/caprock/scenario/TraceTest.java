package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.id.PublicId;
import dev.caprock.webhook.Receiver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Which trace a request belongs to, and all that comes of it. */
@ScenarioTest
class TraceTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @Autowired
    private Scenario scenario;

    @Test
    void aSessionBelongsToItsCallersTraceAndItsAgentAndItsReceiversAreTold() throws Exception {
        try (var receiver = new Receiver()) {
            Reply webhook = scenario.http()
                    .post("/v1/webhooks", Map.of("url", receiver.uri().toString(), "events", List.of("run.finished")));
            var session = scenario.session()
                    .shell("echo $TRACEPARENT")
                    .header("traceparent", PARENT)
                    .start();
            session.awaitClosed();

            assertThat(session.accepted().header("X-Request-Id")).isEqualTo(TRACE);
            assertThat(traces(session)).containsOnly(TRACE);
            assertThat(session.text("stdout")).matches("00-" + TRACE + "-(?!0{16}|00f067aa0ba902b7)[0-9a-f]{16}-01\n");
            await().until(() -> receiver.messages().size() == 1);
            assertThat(receiver.messages().getFirst().header("traceparent") + "\n")
                    .isEqualTo(session.text("stdout"));
            scenario.http().delete(webhook.header("Location"));
        }
    }

    @Test
    void aSessionOfACallerWithoutATraceBelongsToItsRequests() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();

        assertThat(traces(session)).containsOnly(session.accepted().header("X-Request-Id"));
    }

    @Test
    void whatALaterRequestDoesToASessionIsToldInTheSessionsTrace() {
        var session = scenario.session().shell("sleep 60").start();

        Reply deleted = scenario.http().delete(session.path());
        session.awaitClosed();

        assertThat(deleted.header("X-Request-Id"))
                .isNotEqualTo(session.accepted().header("X-Request-Id"));
        assertThat(traces(session)).containsOnly(session.accepted().header("X-Request-Id"));
    }

    @Test
    void anAgentsOwnTraceIsNotReplaced() {
        var session = scenario.session()
                .shell("echo $TRACEPARENT")
                .env("TRACEPARENT", "mine")
                .start();
        session.awaitClosed();

        assertThat(session.text("stdout")).isEqualTo("mine\n");
    }

    @Test
    void aSessionOfAnEarlierVersionHasATraceToo() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        scenario.database()
                .sql("update session set traceparent = null where id = :id")
                .param("id", session.uuid())
                .update();

        Reply events = scenario.http().get(session.path() + "/events");

        assertThat(events.json().at("/events/0/traceId").stringValue()).isEqualTo(PublicId.digits(session.uuid()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "4bf92f3577b34da6a3ce929d0e0e4736"
            })
    void aParentThatIsNotValidCountsAsNone(String parent) {
        Reply one = scenario.http().get("/v1/sessions/none", "traceparent", parent);
        Reply other = scenario.http().get("/v1/sessions/none", "traceparent", parent);

        String trace = one.json().path("traceId").stringValue();
        assertThat(trace)
                .matches("(?!0{32})[0-9a-f]{32}")
                .isNotEqualTo(TRACE)
                .isEqualTo(one.header("X-Request-Id"))
                .isNotEqualTo(other.json().path("traceId").stringValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/sessions/none",
                "/v1/sessions/none/events",
                "/actuator/none",
                "/v1/sessions/a%2Fb",
                "/v1/sessions/%00"
            })
    void whoeverRefusesNamesTheSameTrace(String path) {
        Reply refused = scenario.http().get(path, "traceparent", PARENT, "Accept", "text/event-stream");

        assertThat(refused.status()).isBetween(400, 499);
        assertThat(refused.json().path("traceId").stringValue()).isEqualTo(TRACE);
        assertThat(refused.header("X-Request-Id")).isEqualTo(TRACE);
    }

    private static List<String> traces(StartedSession session) {
        return session.events().stream()
                .map(event -> event.envelope().path("traceId").stringValue(""))
                .toList();
    }
}
