package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** What a tenant may have: what is too much for ever is refused, and what is too much for now waits. */
@ScenarioTest
@TestPropertySource(
        properties = {
            "caprock.admission.look=10m", // nobody but who frees a place helps out
            "caprock.session.default-provider=vercel",
            "caprock.tenants.own.default.maximum-live=2",
            "caprock.tenants.own.default.maximum-queued=2",
            "caprock.tenants.own.default.requests-per-second=200",
            "caprock.tenants.own.default.burst=400",
            "caprock.tenants.own.default.maximum-ttl=3h",
            "caprock.tenants.own.default.repos=repo-of-scenario-*",
            "caprock.tenants.own.default.providers=e2b",
            "caprock.tenants.own.default.agents=claude-code,command",
            "caprock.tenants.own.default.budget=185m" // each session of an hour takes 70 minutes at most
        })
class TenantLimitsTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Autowired
    private Scenario scenario;

    @Test
    void whatIsMoreThanMayBeLiveWaitsAndBeginsAsSoonAsAPlaceIsFree() {
        var first = live();
        var second = live();
        var third = draft().start();
        await().atMost(LIMIT).until(() -> reason(third).equals("tenant_limit"));

        assertThat(third.body().path("status").stringValue()).isEqualTo("queued");
        assertThat(third.body().path("queuePosition").intValue()).isEqualTo(1);
        JsonNode limits = limits();
        assertThat(limits.path("tenant").stringValue()).isEqualTo("default");
        assertThat(limits.path("live").toString()).isEqualTo("{\"now\":2,\"maximum\":2}");
        assertThat(limits.path("queued").toString()).isEqualTo("{\"now\":1,\"maximum\":2}");
        assertThat(limits.path("requests").toString()).isEqualTo("{\"perSecond\":200,\"burst\":400}");
        assertThat(limits.path("budget").path("limit").stringValue()).isEqualTo("PT3H5M");
        assertThat(limits.path("budget").path("reserved").stringValue()).isEqualTo("PT2H20M");
        assertThat(limits.path("budget").path("period").stringValue()).isEqualTo("month");

        first.delete("now");

        third.awaitPrinted("here");
        scenario.assertEndedClean(first);
        second.delete("now");
        third.delete("now");
        scenario.assertEndedClean(second, third);
        assertThat(limits().path("budget").path("reserved").stringValue()).isEqualTo("PT0S");
        assertThat(spent()).isPositive().isLessThan(Duration.ofMinutes(5));
    }

    @Test
    void whatTheBudgetHasNotLeftWaitsUntilItIsFree() {
        var first = draft().with("ttl", "PT2H").start();
        first.awaitPrinted("here");
        var second = draft().start();
        await().atMost(LIMIT).until(() -> reason(second).equals("budget"));

        assertThat(scenario.http()
                        .patch(
                                first.path(),
                                "{\"expiresAt\": \"%s\"}".formatted(end(first).plusSeconds(3500)))
                        .json()
                        .path("code")
                        .stringValue())
                .isEqualTo("budget_exceeded");

        first.delete("now");

        second.awaitPrinted("here");
    }

    @Test
    void noMoreMayBeQueuedThanThat() {
        live();
        live();
        draft().start();
        draft().start();

        Reply refused = scenario.http().post("/v1/sessions", draft().body());

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.json().path("code").stringValue()).isEqualTo("queue_full");
    }

    @Test
    void aSessionIsNotMovedBeyondWhatItsTenantMayHave() {
        var session = live();

        Reply refused = scenario.http()
                .patch(
                        session.path(),
                        "{\"expiresAt\": \"%s\"}".formatted(end(session).plusSeconds(7201)));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("code").stringValue()).isEqualTo("beyond_ceiling");
        assertThat(refused.body()).contains("its tenant's sessions may stay open for PT3H at most");
    }

    @ParameterizedTest
    @CsvSource({
        "ttl, PT3H1S, ttl_not_allowed, /ttl, PT3H at most",
        "ttl, PT3H, budget_too_small, /ttl, whole budget of PT3H5M",
        "provider, vercel, provider_not_allowed, /provider, [e2b]"
    })
    void whatItMayNeverHaveIsRefusedAtOnce(String field, String value, String code, String pointer, String told) {
        assertRefused(refused(draft().with(field, value)), code, pointer, told);
    }

    @Test
    void reposAndAgentsThatAreNotItsOwnAreRefused() {
        scenario.simulators().mesa().createRepo("another-tenants", Map.of("README.md", "Not yours.\n"));

        assertRefused(
                refused(draft().with(
                                "repos",
                                List.of(Map.of("name", scenario.repo(Map.of())), Map.of("name", "another-tenants")))),
                "repo_not_allowed",
                "/repos/1/name",
                "[repo-of-scenario-*]");
        assertRefused(
                refused(scenario.session().agent("codex").secret("CODEX_API_KEY", "any")),
                "agent_not_allowed",
                "/agent/kind",
                "[claude-code, command]");
    }

    @Test
    void requestsThatComeTooOftenAreRefusedButHealthIsNot() {
        Reply first = scenario.http().get("/v1/providers");
        assertThat(first.header("RateLimit-Policy")).isEqualTo("\"default\";q=400;w=2");
        assertThat(first.header("RateLimit")).matches("\"default\";r=3\\d\\d;t=1");

        Reply refused = first;
        for (int i = 0; i < 5000 && refused.status() != 429; i++) {
            refused = scenario.http().get("/v1/sessions/ses_unknown");
        }

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(refused.json().path("code").stringValue()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(refused.header("RateLimit")).isEqualTo("\"default\";r=0;t=1");
        Reply health = scenario.http().get("/actuator/health/liveness");
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.header("RateLimit")).isEmpty();
    }

    private SessionDraft draft() {
        return scenario.session().shell("echo here; sleep 60");
    }

    private StartedSession live() {
        var session = draft().start();
        session.awaitPrinted("here");
        return session;
    }

    private Reply refused(SessionDraft draft) {
        return scenario.http().post("/v1/sessions", draft.body());
    }

    private static void assertRefused(Reply reply, String code, String pointer, String told) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(reply.json().path("code").stringValue()).isEqualTo(code);
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(pointer);
        assertThat(reply.json().path("errors").path(0).path("message").stringValue())
                .contains(told);
    }

    private static String reason(StartedSession session) {
        return session.body()
                .path("conditions")
                .path(0)
                .path("evidence")
                .path("reason")
                .stringValue("");
    }

    private static Instant end(StartedSession session) {
        return Instant.parse(session.body().path("expiresAt").stringValue());
    }

    private JsonNode limits() {
        return scenario.http().get("/v1/limits").json();
    }

    private Duration spent() {
        return Duration.parse(limits().path("budget").path("spent").stringValue());
    }
}
