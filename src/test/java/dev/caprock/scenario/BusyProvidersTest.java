package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** Where a sandbox cannot be had now: a session waits its turn, or turns to another provider; and nothing is made twice. */
@ImpatientScenarioTest
@TestPropertySource(
        properties = {
            "caprock.admission.maximum-sandboxes.e2b=5",
            "caprock.admission.look=10m", // nobody but who frees a place helps out
            "caprock.remote.rest=200ms",
            "caprock.remote.own.e2b.creates-per-second=1000",
            "caprock.remote.own.e2b.breaker.window=4",
            "caprock.remote.own.e2b.breaker.minimum-calls=4",
            "caprock.remote.own.e2b.breaker.pause=2s"
        })
class BusyProvidersTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Autowired
    private Scenario scenario;

    @AfterEach
    void bothProvidersAreWellAgain() {
        scenario.endAll();
        scenario.simulators().vercel().faults().clear();
        await().atMost(LIMIT)
                .until(() -> provider("e2b").path("usable").booleanValue()
                        && provider("vercel").path("usable").booleanValue());
    }

    // ---- another provider ----------------------------------------------------------------------------------------

    static List<Effect> reasonsToTurn() {
        return List.of(
                Effect.error(403, "your plan does not allow this"),
                Effect.error(402, "quota exceeded"),
                Effect.concurrencyLimited(20),
                Effect.rateLimited(3),
                Effect.noCapacity());
    }

    @ParameterizedTest
    @MethodSource("reasonsToTurn")
    void aSessionThatNamesNoProviderTurnsToAnother(Effect reason) {
        long before = made();
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(reason);

        var session = anywhere().start();

        assertSucceededAt(session, "vercel");
        assertThat(turns(session)).hasSize(1);
        assertThat(made()).isEqualTo(before);
    }

    @Test
    void andBackWhenThatOneIsBusyToo() {
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.concurrencyLimited(20));
        scenario.simulators()
                .vercel()
                .faults()
                .on(dev.caprock.simulator.vercel.Operation.CREATE)
                .untilCleared()
                .then(dev.caprock.simulator.vercel.Effect.concurrencyLimited());

        var session = anywhere().start();

        assertSucceededAt(session, "e2b");
        assertThat(turns(session)).hasSize(2);
    }

    @Test
    void whatTheCallerGotWrongIsNotTriedElsewhere() {
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.error(400, "not so"));

        var session = anywhere().start();

        Endings.assertFailed(scenario, session, "sandbox_refused");
        assertThat(turns(session)).isEmpty();
    }

    @Test
    void aSessionThatNamesItsProviderStaysThere() {
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.error(403, "no"));

        var session = at("e2b").start();

        Endings.assertFailed(scenario, session, "sandbox_refused");
        assertThat(turns(session)).isEmpty();
    }

    @Test
    void aLostCreateIsProvedAbsentFirst() {
        long before = made();
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.gatewayTimeout());

        var session = anywhere().start();

        assertSucceededAt(session, "vercel");
        assertThat(turns(session).getFirst().text("message")).contains("never appeared");
        assertThat(made()).isEqualTo(before);
    }

    @Test
    void aLostCreateThatAppearsIsKept() {
        long before = asked();
        scenario.simulators()
                .e2b()
                .faults()
                .on(Operation.CREATE)
                .then(Effect.gatewayTimeout().afterDoing());

        var session = anywhere().start();

        assertSucceededAt(session, "e2b");
        assertThat(turns(session)).isEmpty();
        assertThat(asked()).isEqualTo(before + 1);
    }

    @Test
    void oneThatIsToldToWaitTellsAllOthers() {
        scenario.simulators().e2b().faults().on(Operation.CREATE).untilCleared().then(Effect.rateLimited(20));
        long before = asked();

        var first = anywhere().start();
        assertSucceededAt(first, "vercel");
        var second = anywhere().start();
        var third = at("e2b").start();

        assertSucceededAt(second, "vercel");
        await().atMost(LIMIT).until(() -> !third.body().path("conditions").isEmpty());
        assertThat(third.body().path("status").stringValue("")).isEqualTo("queued");
        assertThat(third.body().path("conditions").path(0).path("detail").stringValue(""))
                .contains("e2b is busy: it asked to be left alone; next attempt at 2");
        assertThat(asked() - before).as("asked once for all").isEqualTo(1);
    }

    @Test
    void whatItsFirstProviderNeverCanIsAskedOfAnotherFromTheStart() {
        var session = anywhere().with("resources", Map.of("vcpus", 2)).start();

        assertSucceededAt(session, "vercel");
        assertThat(turns(session)).isEmpty();
    }

    // ---- what is told --------------------------------------------------------------------------------------------

    @Test
    void theProvidersAreToldWithTheirLimitsAndNoSecret() {
        var answer = scenario.http().get("/v1/providers");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(provider("e2b").path("account").stringValue("")).matches("e2b/[0-9a-f]{8}");
        assertThat(provider("e2b").path("byDefault").booleanValue()).isTrue();
        assertThat(provider("e2b").path("limits").toString())
                .isEqualTo("{\"maximumLifetime\":\"PT24H\",\"maximumSandboxes\":5,\"templateKinds\":[\"template\"]}");
        assertThat(provider("vercel").path("limits").toString())
                .isEqualTo("{\"maximumLifetime\":\"PT24H\",\"templateKinds\":[\"runtime\",\"snapshot\",\"image\"]}");
        assertThat(answer.json().path("workspaces").path("breaker").stringValue(""))
                .isEqualTo("closed");
        assertThat(answer.body()).doesNotContain(Simulators.E2B_KEY, Simulators.VERCEL_TOKEN);
    }

    // ---- an outage -----------------------------------------------------------------------------------------------

    @Test
    void anOutageIsSeenAndWaitedFor() {
        scenario.simulators()
                .e2b()
                .faults()
                .on(Operation.CREATE, Operation.LIST, Operation.GET)
                .untilCleared()
                .then(Effect.error(500, "broken"));
        var first = at("e2b").start();
        await().atMost(LIMIT)
                .until(() -> "open".equals(provider("e2b").path("breaker").stringValue("")));

        assertReadyAndAliveWhile("DOWN");
        var second = at("e2b").start();
        second.awaitEvent(
                "told why",
                event -> event.is("session.warning") && event.text("code").equals("queued"));
        assertThat(second.body().path("status").stringValue("")).isEqualTo("queued");
        assertSucceededAt(anywhere().start(), "vercel");

        scenario.simulators().e2b().faults().clear();
        assertSucceededAt(first, "e2b");
        assertSucceededAt(second, "e2b");
        await().atMost(LIMIT)
                .until(() -> "closed".equals(provider("e2b").path("breaker").stringValue("")));
        assertReadyAndAliveWhile("UP");
    }

    private void assertReadyAndAliveWhile(String status) {
        await().atMost(LIMIT)
                .until(() -> scenario.http()
                        .get("/actuator/health")
                        .json()
                        .path("components")
                        .path("remotes")
                        .path("components")
                        .path("e2b")
                        .path("status")
                        .stringValue("")
                        .equals(status));
        assertThat(scenario.http().get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(scenario.http().get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    // ---- waiting -------------------------------------------------------------------------------------------------

    @Test
    void fiftySessionsWaitForFivePlacesInOrderAndOnNoThread() {
        var sessions = new ArrayList<StartedSession>();
        for (int i = 0; i < 50; i++) {
            sessions.add(at("e2b")
                    .shell("echo here; until [ -f ~/go ]; do sleep 0.2; done")
                    .start());
        }
        sessions.subList(0, 5).forEach(session -> session.awaitPrinted("here"));
        await().atMost(LIMIT).until(() -> count("status = 'QUEUED' and waits_for is not null") == 45);

        assertThat(made()).isEqualTo(5);
        assertThat(provider("e2b").path("liveSandboxes").intValue()).isEqualTo(5);
        assertThat(provider("e2b").path("usable").booleanValue()).isFalse();
        await().atMost(LIMIT).until(() -> held() == 0);
        JsonNode last = sessions.getLast().body();
        assertThat(last.path("queuePosition").intValue()).isEqualTo(45);
        assertThat(last.path("startedAt").isMissingNode()).isTrue();

        Endings.letGo(sessions.getFirst());
        Endings.assertSucceeded(scenario, sessions.getFirst());
        sessions.get(5).awaitPrinted("here");
        assertThat(sessions.get(6).body().path("status").stringValue("")).isEqualTo("queued");
        assertThat(count("status = 'QUEUED'")).isEqualTo(44);
    }

    /** How many queued sessions a thread works on. */
    private long held() {
        return scenario.database().sql("""
                        select count(*) from agenda a join session s on s.id = a.id
                            where s.status = 'QUEUED' and a.claimed_by is not null""").query(Long.class).single();
    }

    private long count(String condition) {
        return scenario.database()
                .sql("select count(*) from session where " + condition)
                .query(Long.class)
                .single();
    }

    // ---- how it reads --------------------------------------------------------------------------------------------

    private SessionDraft anywhere() {
        return scenario.session().without("template").shell("echo here");
    }

    private SessionDraft at(String provider) {
        return anywhere().with("provider", provider);
    }

    private void assertSucceededAt(StartedSession session, String provider) {
        Endings.assertSucceeded(scenario, session);
        assertThat(session.body().path("provider").stringValue("")).isEqualTo(provider);
        assertThat(session.events("sandbox.created"))
                .extracting(event -> event.text("provider"))
                .containsExactly(provider);
        assertThat(scenario.simulators().vercel().ledger().live()).isEmpty();
    }

    private static List<SeenEvent> turns(StartedSession session) {
        return session.events("session.warning").stream()
                .filter(event -> event.text("code").equals("provider_changed"))
                .toList();
    }

    private JsonNode provider(String name) {
        return scenario.http()
                .get("/v1/providers")
                .json()
                .path("providers")
                .valueStream()
                .filter(each -> each.path("name").stringValue("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** How many sandboxes E2B has alive. */
    private long made() {
        return scenario.simulators().e2b().ledger().live().size();
    }

    private long asked() {
        return scenario.simulators().e2b().ledger().requests(Operation.CREATE).size();
    }
}
