package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.scenario.HttpCalls;
import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;

/** Callers with tokens, callers of other tenants, and web pages, at the whole service. */
@ScenarioTest
class CallersTest {

    private static final String PAGE = "https://dashboard.example";

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Autowired
    private Issuer issuer;

    // ---- tokens --------------------------------------------------------------------------------------------------

    @Test
    void aTokenOpensWhatItsScopesSay() {
        HttpCalls ann = scenario.http().as(issuer.token(Clock.systemUTC().instant(), claims -> claims));

        assertThat(ann.get("/v1/sessions").status()).isEqualTo(200);
        assertThat(ann.get("/v1/api-keys").status()).isEqualTo(403);
    }

    @Test
    void aTokenWithoutATenantIsKnownButOpensNothing() {
        Reply reply = scenario.http()
                .as(issuer.token(Clock.systemUTC().instant(), claims -> claims.claim("tenant", null)))
                .get("/v1/sessions");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().path("code").stringValue()).isEqualTo("claim_missing");
        assertThat(reply.json().path("detail").stringValue()).contains("\"tenant\"");
    }

    @Test
    void aTokenForAnotherServiceIsToldWhyItOpensNothing() {
        Reply reply = scenario.http()
                .as(issuer.token(Clock.systemUTC().instant(), claims -> claims.audience("another")))
                .get("/v1/sessions");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).contains("invalid_token", "aud");
    }

    // ---- other tenants -------------------------------------------------------------------------------------------

    @Test
    void anotherTenantsSessionIsNotThereWhateverIsAskedOfIt() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        String run = session.body().path("runs").path(0).path("id").stringValue();
        HttpCalls stranger = scenario.http().as(DevelopmentKeys.make(database, "another", Scope.ADMIN));

        List<Endpoint> ofOne = Endpoints.ALL.stream()
                .filter(endpoint -> endpoint.pattern().startsWith("/v1/sessions/{id}"))
                .toList();

        assertThat(ofOne).hasSizeGreaterThanOrEqualTo(9).allSatisfy(endpoint -> {
            String path = endpoint.pattern()
                    .replace("/v1/sessions/{id}", session.path())
                    .replace("{run}", run);
            String body = endpoint.method() == HttpMethod.POST ? "{\"prompt\": \"x\"}" : "{\"labels\": {}}";
            assertThat(stranger.send(
                                    endpoint.method().name(),
                                    path,
                                    BodyPublishers.ofString(body),
                                    "Content-Type",
                                    "application/json")
                            .status())
                    .isEqualTo(404);
        });
        assertThat(stranger.get("/v1/sessions").json().path("sessions").isEmpty())
                .isTrue();
        assertThat(stranger.get(session.path() + "/events", "Accept", "text/event-stream")
                        .status())
                .isEqualTo(404);
    }

    // ---- web pages -----------------------------------------------------------------------------------------------

    @Test
    void aPageOfAKnownOriginMayCallAndReadWhatItNeeds() {
        Reply asked = scenario.http()
                .as(null)
                .send(
                        "OPTIONS",
                        "/v1/sessions",
                        BodyPublishers.noBody(),
                        "Origin",
                        PAGE,
                        "Access-Control-Request-Method",
                        "POST",
                        "Access-Control-Request-Headers",
                        "authorization, content-type, idempotency-key");
        Reply called = scenario.http().get("/v1/sessions", "Origin", PAGE);

        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(asked.header("Access-Control-Allow-Headers")).contains("authorization", "idempotency-key");
        assertThat(asked.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(called.status()).isEqualTo(200);
        assertThat(called.header("Access-Control-Expose-Headers"))
                .contains("Location", "ETag", "Retry-After", "RateLimit", "Idempotent-Replay");
    }

    @Test
    void aPageOfAnotherOriginMayNot() {
        Reply reply = scenario.http().get("/v1/sessions", "Origin", "https://elsewhere.example");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.json().path("code").stringValue()).isEqualTo("origin_not_allowed");
        assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void answersTellBrowsersToBeCareful() {
        for (Reply reply : List.of(
                scenario.http().get("/v1/sessions"),
                scenario.http().as(null).get("/v1/sessions"),
                scenario.http().get("/v1/sessions/none"))) {
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(reply.header("Cache-Control")).contains("no-store");
            assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(reply.header("Content-Security-Policy")).contains("default-src 'none'");
            assertThat(reply.header("Strict-Transport-Security")).isEmpty();
        }
    }

    @Test
    void headersWithoutEndAreRefused() {
        Reply reply = scenario.http().get("/v1/sessions", "X-Long", "x".repeat(20_000));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
    }
}
