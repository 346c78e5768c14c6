package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.webhook.Receiver;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** A receiver that verifies with the official library is told what a session's journal says. */
@ScenarioTest
class WebhookTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Autowired
    private Scenario scenario;

    private @Nullable Receiver receiver;

    @BeforeEach
    void aReceiver() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void deleteAll() {
        receiver().close();
        webhooks().forEach(webhook -> scenario.http().delete(path(webhook)));
    }

    @Test
    void aSessionsLifeIsToldInOrderWithValidSignatures() throws Exception {
        JsonNode webhook = create(Map.of("url", receiver().uri().toString()));
        String secret = webhook.path("secret").stringValue();
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        List<SeenEvent> expected = session.events().stream()
                .filter(event -> OFFERED.contains(event.type()))
                .toList();
        await().atMost(SOON).until(() -> receiver().messages().size() == expected.size());

        for (int i = 0; i < expected.size(); i++) {
            Receiver.Message message = receiver().messages().get(i);
            message.verify(secret);
            JsonNode event = expected.get(i).envelope();
            assertThat(message.json().path("type")).isEqualTo(event.path("type"));
            assertThat(message.json().path("timestamp")).isEqualTo(event.path("at"));
            assertThat(message.data().path("seq").longValue())
                    .isEqualTo(event.path("seq").longValue());
            assertThat(message.data().path("sessionId")).isEqualTo(event.path("sessionId"));
            assertThat(message.data().path("status"))
                    .isEqualTo(event.path("data").path("status"));
            assertThat(message.data().path("runId").stringValue(""))
                    .isEqualTo(event.path("runId").stringValue(""));
        }
        Receiver.Message last = receiver().messages().getLast();
        assertThat(last.data().path("status").stringValue()).isEqualTo("closed");
        assertThat(last.data().path("outcome").stringValue()).isEqualTo("succeeded");
        await().atMost(SOON)
                .until(() -> deliveries(webhook, "?status=delivered").size() == expected.size());
        assertThat(deliveries(webhook, "?status=pending")).isEmpty();
    }

    private static final List<String> OFFERED = List.of(
            "session.status", "session.warning", "run.started", "run.finished", "sandbox.lost", "sandbox.replaced");

    @Test
    void aWebhookIsMadeShownTestedAndDeleted() throws Exception {
        Reply made = scenario.http()
                .post(
                        "/v1/webhooks",
                        Map.of(
                                "url",
                                receiver().uri().toString(),
                                "events",
                                List.of("run.finished"),
                                "description",
                                "CI"));
        assertThat(made.status()).isEqualTo(201);
        String path = made.header("Location");
        String secret = made.json().path("secret").stringValue();
        assertThat(secret).matches("whsec_[A-Za-z0-9+/]{43}=");

        Reply shown = scenario.http().get(path);
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body()).doesNotContain("whsec_").contains("\"status\":\"enabled\"", "\"description\":\"CI\"");
        assertThat(shown.json().path("events").toString()).isEqualTo("[\"run.finished\"]");
        assertThat(webhooks()).hasSize(1).first().isEqualTo(shown.json());

        assertThat(post(path + "/test").status()).isEqualTo(202);
        await().atMost(SOON).until(() -> receiver().messages().size() == 1);
        receiver().messages().getFirst().verify(secret);

        Reply rotated = post(path + "/rotate-secret");
        assertThat(rotated.status()).isEqualTo(200);
        assertThat(post(path + "/test").status()).isEqualTo(202);
        await().atMost(SOON).until(() -> receiver().messages().size() == 2);
        receiver().messages().getLast().verify(secret);
        receiver().messages().getLast().verify(rotated.json().path("secret").stringValue());

        assertThat(scenario.http().delete(path).status()).isEqualTo(204);
        assertThat(scenario.http().get(path).status()).isEqualTo(404);
        assertThat(scenario.http().delete(path).status()).isEqualTo(404);
    }

    @Test
    void failedDeliveriesAreListedAndReplayed() {
        JsonNode webhook = create(Map.of("url", receiver().uri().toString()));
        receiver().answers(500);
        assertThat(post(path(webhook) + "/test").status()).isEqualTo(202);
        await().atMost(SOON).until(() -> !receiver().messages().isEmpty());
        int ignored = scenario.database()
                .sql("update webhook_delivery set give_up_at = now()")
                .update();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> deliveries(webhook, "?status=failed").size() == 1); // the job
        JsonNode failed = deliveries(webhook, "?status=failed").getFirst();
        assertThat(failed.path("answer").intValue()).isEqualTo(500);
        assertThat(failed.path("id").stringValue())
                .isEqualTo(receiver().messages().getFirst().id());
        receiver().answers(204);

        Reply replayed = post(path(webhook) + "/deliveries/" + failed.path("id").stringValue() + "/replay");

        assertThat(replayed.status()).isEqualTo(202);
        await().atMost(SOON)
                .until(() -> deliveries(webhook, "?status=delivered").size() == 1);
        assertThat(post(path(webhook) + "/deliveries/replay").body()).isEqualTo("{\"replayed\":0}");
    }

    // ---- what is refused -----------------------------------------------------------------------------------------

    /** A request for a webhook that is not as it should be, and where the answer must point. */
    record Bad(Map<String, Object> body, int status, String pointer) {}

    static List<Bad> bad() {
        return List.of(
                new Bad(Map.of(), 400, "/url"),
                new Bad(Map.of("url", "hello"), 400, "/url"),
                new Bad(Map.of("url", "ftp://example.com/"), 400, "/url"),
                new Bad(Map.of("url", "https://ann:pw@example.com/"), 400, "/url"),
                new Bad(Map.of("url", "https://example.com/#x"), 400, "/url"),
                new Bad(Map.of("url", "https://example.com:25/"), 400, "/url"),
                new Bad(Map.of("url", "https://example.com/" + "a".repeat(2048)), 400, "/url"),
                new Bad(Map.of("url", 7), 400, "/url"),
                new Bad(with("events", List.of()), 400, "/events"),
                new Bad(with("events", List.of("session.status", "run.output")), 400, "/events/1"),
                new Bad(with("events", List.of("webhook.test")), 400, "/events/0"),
                new Bad(with("events", Arrays.asList((Object) null)), 400, "/events/0"),
                new Bad(with("description", "a".repeat(501)), 400, "/description"),
                new Bad(with("description", "a\0"), 400, "/description"),
                new Bad(with("secret", "mine"), 400, "/secret"),
                new Bad(Map.of("url", "http://127.0.0.2/"), 422, "/url"),
                new Bad(Map.of("url", "http://169.254.169.254/latest/meta-data"), 422, "/url"),
                new Bad(Map.of("url", "https://[::1]/"), 422, "/url"),
                new Bad(Map.of("url", "https://[::ffff:10.0.0.1]/"), 422, "/url"),
                new Bad(Map.of("url", "https://10.0.0.1:8443/"), 422, "/url"),
                new Bad(Map.of("url", "https://nobody.invalid/"), 422, "/url"));
    }

    @ParameterizedTest
    @MethodSource
    void bad(Bad bad) {
        Reply reply = scenario.http().post("/v1/webhooks", bad.body());

        assertThat(reply.status()).as(reply.body()).isEqualTo(bad.status());
        assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(bad.pointer());
        assertThat(reply.body()).doesNotContain("10.0.0.1", "127.0.0");
        assertThat(webhooks()).isEmpty();
    }

    /** What is refused anyway makes us look nothing up. */
    @Test
    void whoHasAllOnesWebhooksIsToldSoBeforeTheHostIsLookedUp() {
        for (int i = 0; i < 20; i++) {
            create(Map.of("url", receiver().uri().toString()));
        }

        Reply reply = scenario.http().post("/v1/webhooks", Map.of("url", "https://nobody.invalid/"));

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.json().path("code").stringValue()).isEqualTo("too_many_webhooks");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, /limit",
        "limit=201, /limit",
        "limit=x, /limit",
        "cursor=here, /cursor",
        "status=lost, /status"
    })
    void aPageThatMakesNoSenseIsRefused(String query, String pointer) {
        JsonNode webhook = create(Map.of("url", receiver().uri().toString()));

        Reply reply = scenario.http().get(path(webhook) + "/deliveries?" + query);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(pointer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/webhooks/whk_00000000000070008000000000000000",
                "/v1/webhooks/ses_00000000000070008000000000000000",
                "/v1/webhooks/x",
                "/v1/webhooks/whk_00000000000070008000000000000000/deliveries"
            })
    void whatIsNotThereIsNotFound(String path) {
        assertThat(scenario.http().get(path).status()).isEqualTo(404);
    }

    // ---- the words of these tests --------------------------------------------------------------------------------

    private Receiver receiver() {
        return Objects.requireNonNull(receiver);
    }

    private JsonNode create(Map<String, Object> body) {
        Reply reply = scenario.http().post("/v1/webhooks", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return reply.json();
    }

    private Reply post(String path) {
        return scenario.http().send("POST", path, BodyPublishers.noBody());
    }

    private List<JsonNode> webhooks() {
        return scenario.http()
                .get("/v1/webhooks")
                .json()
                .path("webhooks")
                .valueStream()
                .toList();
    }

    private List<JsonNode> deliveries(JsonNode webhook, String query) {
        return scenario.http()
                .get(path(webhook) + "/deliveries" + query)
                .json()
                .path("deliveries")
                .valueStream()
                .toList();
    }

    private static String path(JsonNode webhook) {
        return "/v1/webhooks/" + webhook.path("id").stringValue();
    }

    private static Map<String, Object> with(String field, Object value) {
        var body = new HashMap<String, Object>(Map.of("url", "https://example.com/"));
        body.put(field, value);
        return body;
    }
}
