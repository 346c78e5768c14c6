package dev.caprock.simulator.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.machine.Machine;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(20)
class SandboxLifeTest {

    private E2bSimulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        restart(E2bSettings.of(Wire.KEY).withLongestRun(Duration.ofHours(1)).withConcurrency(3));
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    private void restart(E2bSettings settings) {
        if (simulator != null) {
            end();
        }
        simulator = E2bSimulator.start(settings);
        wire = new Wire(simulator);
    }

    @Test
    void createAnswersWithAllThatASandboxHas() throws Exception {
        var answer = wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"base\",\"someday\":{\"new\":1}}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("sandboxID").asString()).matches("i[a-z0-9]{20}");
        assertThat(answer.json().get("envdAccessToken").asString()).matches("[0-9a-f]{64}");
        assertThat(answer.json().get("alias").asString()).isEqualTo("base");
        assertThat(answer.json().get("domain").isNull()).isTrue();
    }

    @Test
    void aNewSandboxLivesFiveMinutesOnTheNewRouteAndFifteenSecondsOnTheOld() throws Exception {
        var young = wire.create("{\"templateID\":\"base\"}");
        var old = wire.api("POST", "/sandboxes", "{\"templateID\":\"base\",\"secure\":true}")
                .json();
        assertThat(old.get("envdAccessToken").asString()).hasSize(64);

        simulator.advance(Duration.ofSeconds(16));
        assertThat(get(old.get("sandboxID").asString()).status()).isEqualTo(404);
        assertThat(get(young.id()).status()).isEqualTo(200);

        simulator.advance(Duration.ofSeconds(285));
        assertThat(get(young.id()).status()).isEqualTo(404);
        assertThat(simulator.ledger().live()).isEmpty();
    }

    @Test
    void anExpiryNeedsNoOneToAsk() throws Exception {
        Machine machine = simulator.machine(
                wire.create("{\"templateID\":\"base\",\"timeout\":1}").id());

        await().until(() -> !machine.folder().toFile().exists());
    }

    @Test
    void setTimeoutShortensAndRefreshDoesNot() throws Exception {
        var sandbox = wire.create();
        Instant end = endAt(sandbox.id());

        assertThat(post(sandbox, "refreshes", "{\"duration\":20}").status()).isEqualTo(204);
        assertThat(endAt(sandbox.id())).isEqualTo(end);

        assertThat(post(sandbox, "timeout", "{\"timeout\":60}").status()).isEqualTo(204);
        assertThat(endAt(sandbox.id())).isBefore(end);

        assertThat(post(sandbox, "timeout", "{\"timeout\":0}").status()).isEqualTo(204);
        assertThat(get(sandbox.id()).status()).isEqualTo(404);
    }

    @Test
    void noTimeoutReachesBeyondThePlan() throws Exception {
        assertThat(wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"base\",\"timeout\":3601}")
                        .json()
                        .get("message")
                        .asString())
                .isEqualTo("Timeout cannot be greater than 1 hours");
        assertThat(wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"base\",\"timeout\":0}")
                        .status())
                .isEqualTo(400);
        var sandbox = wire.create();
        JsonNode before = get(sandbox.id()).json();
        simulator.advance(Duration.ofMinutes(9));

        post(sandbox, "timeout", "{\"timeout\":3600}");

        Instant limit = Instant.parse(before.get("startedAt").asString()).plusSeconds(3600);
        assertThat(endAt(sandbox.id())).isEqualTo(limit);
    }

    @Test
    void killAnswersOnceWith204AndEndsAllProcesses() throws Exception {
        var sandbox = wire.create();
        var machine = simulator.machine(sandbox.id());
        wire.run(sandbox, "setsid sleep 71 & sleep 72").pid();

        var killed = wire.api("DELETE", "/sandboxes/" + sandbox.id(), "");

        assertThat(killed.status()).isEqualTo(204);
        assertThat(killed.response().headers().firstValue("Content-Length")).hasValue("0");
        assertThat(machine.processes()).isEmpty();
        var again = wire.api("DELETE", "/sandboxes/" + sandbox.id(), "");
        assertThat(again.status()).isEqualTo(404);
        assertThat(again.json().get("message").asString())
                .isEqualTo("Sandbox \"%s\" doesn't exist or you don't have access to it".formatted(sandbox.id()));
    }

    @Test
    void pauseFreezesAndConnectThaws() throws Exception {
        var sandbox = wire.create();
        var first = wire.run(sandbox, "while :; do echo x >>ticks; sleep 0.01; done");
        first.pid();
        var ticks =
                simulator.machine(sandbox.id()).home("user").resolve("ticks").toFile();
        await().until(() -> ticks.length() > 4);

        assertThat(post(sandbox, "pause", "{}").status()).isEqualTo(204);
        assertThat(post(sandbox, "pause", "{}").status()).isEqualTo(409);
        assertThat(post(sandbox, "timeout", "{\"timeout\":60}").status()).isEqualTo(409);
        long frozen = ticks.length();
        assertThat(get(sandbox.id()).json().get("state").asString()).isEqualTo("paused");
        assertThat(wire.send(wire.data(sandbox, "/health").GET()).status()).isEqualTo(502);
        await().during(Duration.ofMillis(100)).until(() -> ticks.length() == frozen);

        String connect = "/v2/sandboxes/%s/connect".formatted(sandbox.id());
        assertThat(wire.api("POST", connect, "{\"timeout\":600}").status()).isEqualTo(201);
        assertThat(wire.api("POST", connect, "{}").status()).isEqualTo(200);
        await().until(() -> ticks.length() > frozen);
    }

    @Test
    void aSandboxMayPauseAtItsEndAndWakeOnTraffic() throws Exception {
        var sandbox = wire.create(
                "{\"templateID\":\"base\",\"timeout\":60,\"autoPause\":true,\"autoResume\":{\"enabled\":true}}");
        simulator.advance(Duration.ofSeconds(61));
        assertThat(get(sandbox.id()).json().get("state").asString()).isEqualTo("paused");

        assertThat(wire.send(wire.data(sandbox, "/health").GET()).status()).isEqualTo(204);

        assertThat(get(sandbox.id()).json().get("state").asString()).isEqualTo("running");
    }

    @Test
    void metadataIsDecodedThriceAndAllPairsMustMatch() throws Exception {
        wire.create("{\"templateID\":\"base\",\"metadata\":{\"job\":\"j1\",\"owner\":\"a b\"}}");
        wire.create("{\"templateID\":\"base\",\"metadata\":{\"job\":\"j2\",\"owner\":\"a b\"}}");

        assertThat(list("metadata=job%3Dj1%26owner%3Da%252520b").json()).hasSize(1);
        assertThat(list("metadata=owner%3Da%252520b").json()).hasSize(2);
        assertThat(list("metadata=job%3Dj1%26owner%3Dnone").json()).isEmpty();
        assertThat(list("metadata=job").status()).isEqualTo(400);
    }

    @Test
    void aListComesInPagesNewestFirst() throws Exception {
        var ids = java.util.List.of(
                wire.create().id(), wire.create().id(), wire.create().id());
        post(new Wire.Created(ids.getFirst(), ""), "pause", "{}");

        var page = list("limit=2&state=running,paused");
        String next = page.response().headers().firstValue("X-Next-Token").orElseThrow();
        var last = list("limit=2&nextToken=" + next);

        assertThat(page.json())
                .extracting(item -> item.get("sandboxID").asString())
                .containsExactly(ids.get(2), ids.get(1));
        assertThat(page.response().headers().firstValue("X-Total-Running")).hasValue("2");
        assertThat(page.json().get(0).has("envdAccessToken")).isFalse();
        assertThat(last.json())
                .extracting(item -> item.get("sandboxID").asString())
                .containsExactly(ids.get(0));
        assertThat(last.response().headers().firstValue("X-Next-Token")).isEmpty();
        assertThat(list("state=paused").json()).hasSize(1);
        assertThat(list("nextToken=nonsense").status()).isEqualTo(400);
        assertThat(list("limit=101").status()).isEqualTo(400);
    }

    @Test
    void theConcurrencyCapIsA429WithoutRetryAfter() throws Exception {
        wire.create();
        wire.create();
        wire.create();

        var fourth = wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"base\"}");

        assertThat(fourth.status()).isEqualTo(429);
        assertThat(fourth.json().get("message").asString())
                .startsWith("you have reached the maximum number of concurrent E2B sandboxes (3)");
        assertThat(fourth.response().headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void keysBelongToAccountsThatSeeNothingOfEachOther() throws Exception {
        var sandbox = wire.create();
        simulator.addApiKey("e2b_ff", "another");
        wire.use("e2b_ff");
        assertThat(get(sandbox.id()).status()).isEqualTo(404);
        assertThat(list("").json()).isEmpty();

        wire.use("e2b_ee");
        assertThat(get(sandbox.id()).status()).isEqualTo(401);
        wire.use("nonsense");
        assertThat(get(sandbox.id()).json().get("message").asString()).isEqualTo("Invalid API key format");
    }

    @Test
    void aMissingTemplateAndAMissingRouteAreToldApart() throws Exception {
        assertThat(wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"none\"}")
                        .json()
                        .get("message")
                        .asString())
                .isEqualTo("template 'none' not found");
        restart(E2bSettings.of(Wire.KEY).withoutV2Create());
        var noRoute = wire.api("POST", "/v2/sandboxes", "{\"templateID\":\"base\"}");
        assertThat(noRoute.status()).isEqualTo(404);
        assertThat(noRoute.json().get("message").asString()).doesNotContain("template");
        assertThat(wire.api("POST", "/sandboxes", "{\"templateID\":\"base\"}")
                        .json()
                        .get("envdAccessToken")
                        .isNull())
                .isTrue();
    }

    private Wire.Answer get(String id) throws Exception {
        return wire.api("GET", "/sandboxes/" + id, "");
    }

    private Instant endAt(String id) throws Exception {
        return Instant.parse(get(id).json().get("endAt").asString());
    }

    private Wire.Answer post(Wire.Created sandbox, String action, String body) throws Exception {
        return wire.api("POST", "/sandboxes/%s/%s".formatted(sandbox.id(), action), body);
    }

    private Wire.Answer list(String query) throws Exception {
        return wire.api("GET", "/v2/sandboxes?" + query, "");
    }
}
