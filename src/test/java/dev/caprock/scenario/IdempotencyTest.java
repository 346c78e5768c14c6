package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that are sent again, or many times at once. */
@ScenarioTest
class IdempotencyTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Test
    void aHundredIdenticalRequestsMakeOneSession() {
        Map<String, Object> body = scenario.session().shell("true").body();
        List<Future<Reply>> replies = new ArrayList<>();

        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                replies.add(callers.submit(() -> post("/v1/sessions", "one-of-a-hundred", body)));
            }
        }

        assertThat(replies).extracting(reply -> reply.resultNow().status()).containsOnly(202);
        assertThat(replies)
                .extracting(reply -> reply.resultNow().json().path("id").stringValue())
                .as("the session that each was told")
                .hasSize(100)
                .containsOnly(replies.getFirst().resultNow().json().path("id").stringValue());
        assertThat(replies)
                .filteredOn(reply -> reply.resultNow()
                        .headers()
                        .firstValue("Idempotent-Replay")
                        .isEmpty())
                .hasSize(1);
    }

    @Test
    void aReplayTellsTheSessionAsItIsNow() {
        Map<String, Object> body = scenario.session().shell("true").body();
        StartedSession session = scenario.started(post("/v1/sessions", "as-it-is-now", body), "");
        session.awaitClosed();

        Reply replay = post("/v1/sessions", "as-it-is-now", body);

        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.header("Idempotent-Replay")).isEqualTo("true");
        assertThat(replay.header("Location")).isEqualTo(session.path());
        assertThat(replay.json().path("id").stringValue()).isEqualTo(session.id());
        assertThat(replay.json().path("status").stringValue()).isEqualTo("closed");
    }

    @Test
    void aKeyOfAnotherBodyIsRefusedAndAnotherRouteHasKeysOfItsOwn() {
        var session =
                scenario.session().shell("true").with("closeWhen", "expired").start();
        Reply first = post(session.path() + "/runs", "mine", Map.of("prompt", "one"));
        Reply again = post(session.path() + "/runs", "mine", Map.of("prompt", "one"));
        Reply other = post(session.path() + "/runs", "mine", Map.of("prompt", "two"));

        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(session.runs()).hasSize(2);
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().path("code").stringValue()).isEqualTo("idempotency_key_reused");
        assertThat(post("/v1/sessions", "mine", scenario.session().shell("true").body())
                        .headers()
                        .firstValue("Idempotent-Replay"))
                .isEmpty();
    }

    @Test
    void aRequestThatWasRefusedMayBeMendedUnderItsKey() {
        Map<String, Object> body = scenario.session().shell("true").body();
        Reply refused = post(
                "/v1/sessions", "mended", scenario.session().without("prompt").body());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(post("/v1/sessions", "mended", body).status()).isEqualTo(202);
    }

    @Test
    void whileTheFirstIsUnderWayTheSecondIsToldToComeBack() throws Exception {
        Map<String, Object> body = scenario.session().shell("true").body();
        post("/v1/sessions", "under-way", body);

        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create temporary table kept as select * from idempotent_request");
            statement.execute("delete from idempotent_request");
            connection.setAutoCommit(false);
            // the first request, as long as it has not committed
            statement.execute("insert into idempotent_request select * from kept");
            Reply second = post("/v1/sessions", "under-way", body);

            assertThat(second.status()).isEqualTo(409);
            assertThat(second.json().path("code").stringValue()).isEqualTo("request_under_way");
            assertThat(second.header("Retry-After")).isEqualTo("1");
            connection.commit();
            statement.execute("drop table kept");
            connection.commit();
        }
        assertThat(post("/v1/sessions", "under-way", body).header("Idempotent-Replay"))
                .isEqualTo("true");
    }

    @Test
    void aRefusalIsRecordedThoughItsKeyIsFreeAgain() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();

        Reply refused = post(session.path() + "/runs", "too-late", Map.of("prompt", "one"));
        Reply other = post(session.path() + "/runs", "too-late", Map.of("prompt", "two"));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(other.json().path("code").stringValue()).isEqualTo("illegal_transition");
        assertThat(scenario.http()
                        .get(session.path() + "/audit?limit=200")
                        .json()
                        .path("records")
                        .valueStream()
                        .filter(record -> record.path("outcome").stringValue().equals("refused")))
                .hasSize(2);
    }

    @Test
    void aSecretThatIsToldOnceIsNotToldToARepeatedRequest() {
        Map<String, Object> key = Map.of("name", "ci", "scopes", List.of("sessions:read"));
        Map<String, Object> webhook =
                Map.of("url", "http://127.0.0.1:65000/hook", "events", List.of("sandbox.replaced"));

        JsonNode madeKey = post("/v1/api-keys", "a-key", key).json();
        JsonNode sameKey = post("/v1/api-keys", "a-key", key).json();
        JsonNode madeWebhook = post("/v1/webhooks", "a-webhook", webhook).json();
        JsonNode sameWebhook = post("/v1/webhooks", "a-webhook", webhook).json();

        assertThat(sameKey.path("id")).isEqualTo(madeKey.path("id"));
        assertThat(madeKey.has("key")).isTrue();
        assertThat(sameKey.has("key")).isFalse();
        assertThat(sameWebhook.path("id")).isEqualTo(madeWebhook.path("id"));
        assertThat(madeWebhook.has("secret")).isTrue();
        assertThat(sameWebhook.has("secret")).isFalse();
    }

    @Test
    void whatIsDoneToAWebhookIsDoneOnce() {
        Map<String, Object> webhook =
                Map.of("url", "http://127.0.0.1:65000/hook", "events", List.of("sandbox.replaced"));
        String path = "/v1/webhooks/"
                + post("/v1/webhooks", "another", webhook).json().path("id").stringValue();

        Reply test = post(path + "/test", "a-test", Map.of());
        Reply again = post(path + "/test", "a-test", Map.of());

        assertThat(again.json().path("id")).isEqualTo(test.json().path("id"));
        assertThat(scenario.http().get(path + "/deliveries").json().path("deliveries"))
                .hasSize(1);
        assertThat(post(path + "/rotate-secret", "a-secret", Map.of()).json().has("secret"))
                .isTrue();
        assertThat(post(path + "/rotate-secret", "a-secret", Map.of()).json().has("secret"))
                .isFalse();
        assertThat(post(path + "/deliveries/replay", "a-replay", Map.of()).body())
                .isEqualTo("{\"replayed\":0}");
        assertThat(post(path + "/deliveries/replay", "a-replay", Map.of()).body())
                .isEqualTo("{}"); // how many it was is not kept
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with space", "a\tb"})
    void anOddKeyIsRefused(String key) {
        Reply reply = post("/v1/sessions", key, scenario.session().shell("true").body());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo("/Idempotency-Key");
    }

    @Test
    void aKeyIsAtMost255CharactersLong() {
        Map<String, Object> body = scenario.session().shell("true").body();

        assertThat(post("/v1/sessions", "k".repeat(256), body).status()).isEqualTo(400);
        assertThat(post("/v1/sessions", "k".repeat(255), body).status()).isEqualTo(202);
    }

    private Reply post(String path, String key, Map<String, Object> body) {
        String json = JsonMapper.shared().writeValueAsString(body);
        return scenario.http()
                .send(
                        "POST",
                        path,
                        BodyPublishers.ofString(json),
                        "Content-Type",
                        "application/json",
                        "Idempotency-Key",
                        key);
    }
}
