package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.apidocs.ApiDocument;
import dev.caprock.scenario.HttpCalls;
import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** Each endpoint is in the table, and takes what the table says. */
@ScenarioTest
class EndpointsTest {

    private static final String NO_SUCH_ID = "00000000000070008000000000000000";

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping controllers;

    static Stream<Endpoint> closed() {
        return Endpoints.ALL.stream().filter(endpoint -> endpoint.scope() != null);
    }

    @Test
    void whatControllersAnswerIsWhatTheTableHas() {
        Set<String> answered = new HashSet<>();
        controllers
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues()
                        .forEach(pattern -> mapping.getMethodsCondition().getMethods().stream()
                                .map(method -> method + " " + pattern)
                                .forEach(answered::add)));

        assertThat(Endpoints.ALL.stream()
                        .map(endpoint -> endpoint.method() + " " + endpoint.pattern())
                        .filter(row -> !row.contains("/actuator")))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(answered);
    }

    /** So that whatever is tried with every row here is tried with every operation of the document. */
    @Test
    void theDocumentHasEveryEndpointAndItsScope() {
        assertThat(ApiDocument.read().calls())
                .extracting(call -> "%s %s %s".formatted(call.method(), call.path(), call.scope()))
                .containsExactlyInAnyOrderElementsOf(Endpoints.ALL.stream()
                        .filter(row -> row.pattern().startsWith("/v1/"))
                        .map(row -> "%s %s %s"
                                .formatted(
                                        row.method(),
                                        row.pattern(),
                                        Objects.requireNonNull(row.scope()).text()))
                        .toList());
    }

    /** With ids that do exist, as this one's own calls show. */
    @Test
    void anAdminOfAnotherTenantFindsNothingOfThisOne() {
        var stranger = scenario.http().as(DevelopmentKeys.make(database, "another", Scope.ADMIN));
        ApiDocument document = ApiDocument.read();
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        String webhook = made("/v1/webhooks", Map.of("url", "http://127.0.0.1:9999"));
        String delivery = made("/v1/webhooks/" + webhook + "/test", Map.of());
        String key = made("/v1/api-keys", Map.of("name", "a", "scopes", List.of("admin")));
        List<ApiDocument.Call> ofOneThing =
                document.calls().stream().filter(ApiDocument.Call::isOfOneThing).toList();
        Function<ApiDocument.Call, String> place = call -> call.path().startsWith("/v1/sessions")
                ? call.at(session.id(), session.runId(1))
                : call.path().startsWith("/v1/webhooks") ? call.at(webhook, delivery) : call.at(key);

        assertThat(ofOneThing)
                .hasSizeGreaterThan(15)
                .allSatisfy(call -> assertRefused(
                        call(stranger, call, place.apply(call), document.exampleOf(call)), 404, "not_found"));
        assertThat(ofOneThing.stream().filter(call -> !call.method().equals("DELETE")))
                .allSatisfy(call -> assertThat(call(scenario.http(), call, place.apply(call), document.exampleOf(call))
                                .status())
                        .isNotEqualTo(404));
        assertThat(scenario.http().delete("/v1/webhooks/" + webhook).status()).isEqualTo(204);
        assertThat(scenario.http().delete("/v1/api-keys/" + key).status()).isEqualTo(204);
    }

    private String made(String path, Object body) {
        Reply reply = scenario.http().post(path, body);
        assertThat(reply.status()).as(reply.body()).isBetween(200, 299);
        return reply.json().path("id").stringValue("");
    }

    private static Reply call(HttpCalls http, ApiDocument.Call call, String path, @Nullable JsonNode body) {
        return body == null
                ? http.send(call.method(), path, BodyPublishers.noBody())
                : http.send(
                        call.method(),
                        path,
                        BodyPublishers.ofString(body.toString()),
                        "Content-Type",
                        "application/json");
    }

    @Test
    void onlyTheErrorPageTakesEveryMethodAndNobodyCanAskForIt() {
        assertThat(controllers.getHandlerMethods().keySet())
                .filteredOn(
                        mapping -> mapping.getMethodsCondition().getMethods().isEmpty())
                .allSatisfy(mapping -> assertThat(mapping.getPatternValues()).containsExactly("/error"));
        assertThat(scenario.http().as(null).get("/error").status()).isEqualTo(401);
        assertThat(scenario.http().get("/error").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("closed")
    void nobodyInParticularIsLetIn(Endpoint endpoint) {
        Reply reply = call(scenario.http().as(null), endpoint);

        assertRefused(reply, 401, "unauthenticated");
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"caprock\"");
    }

    @ParameterizedTest
    @MethodSource("closed")
    void everyScopeButTheRightOneIsNotEnough(Endpoint endpoint) {
        Scope needed = Objects.requireNonNull(endpoint.scope());
        Scope[] others = Arrays.stream(Scope.values())
                .filter(scope -> scope != needed && scope != Scope.ADMIN)
                .toArray(Scope[]::new);

        Reply reply = call(as(others), endpoint);

        assertRefused(reply, 403, "scope_missing");
        assertThat(reply.header("WWW-Authenticate"))
                .startsWith("Bearer ")
                .contains("error=\"insufficient_scope\"", "scope=\"%s\"".formatted(needed.text()));
    }

    @ParameterizedTest
    @MethodSource("closed")
    void theRightScopeAloneIsEnough(Endpoint endpoint) {
        assertThat(call(as(Objects.requireNonNull(endpoint.scope())), endpoint).status())
                .isNotIn(401, 403, 405)
                .isLessThan(500);
    }

    @ParameterizedTest
    @MethodSource("closed")
    void anAdminMayDoEverything(Endpoint endpoint) {
        assertThat(call(as(Scope.ADMIN), endpoint).status())
                .isNotIn(401, 403, 405)
                .isLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/v1", "/v1/", "/v1/sessions/", "/v1/nothing", "/actuator", "/actuator/env", "/index.html"})
    void whatIsNotThereIsNotToldToStrangers(String path) {
        assertRefused(scenario.http().as(null).get(path), 401, "unauthenticated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "DELETE", "OPTIONS"})
    void anotherMethodIsToldTheRightOnes(String method) {
        Reply reply = scenario.http().send(method, "/v1/providers", BodyPublishers.noBody());

        assertRefused(reply, 405, "method_not_allowed");
        assertThat(reply.header("Allow")).isEqualTo("GET");
    }

    @Test
    void whoeverMayReadMayAskForTheHeadersOnly() {
        assertThat(as(Scope.SESSIONS_READ)
                        .send("HEAD", "/v1/sessions", BodyPublishers.noBody())
                        .status())
                .isEqualTo(200);
        assertThat(as(Scope.SESSIONS_WRITE)
                        .send("HEAD", "/v1/sessions", BodyPublishers.noBody())
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theInstallationIsNoMatterOfAnotherTenantsAdmins() {
        HttpCalls stranger = scenario.http().as(DevelopmentKeys.make(database, "another", Scope.ADMIN));

        assertRefused(stranger.get("/actuator/info"), 403, "operators_only");
        assertRefused(stranger.get("/actuator/health/remotes"), 403, "operators_only");
        assertThat(as(Scope.ADMIN).get("/actuator/info").status()).isEqualTo(200);
    }

    @Test
    void theScrapeTokenOpensTheMetricsAndNothingElse() {
        HttpCalls scraper = scenario.http().as(Scenario.SCRAPE_TOKEN);

        assertThat(scraper.get("/actuator/prometheus").status()).isEqualTo(200);
        assertThat(scraper.get("/actuator/prometheus").header("Content-Type")).startsWith("text/plain");
        assertRefused(scraper.get("/actuator/info"), 403, "scope_missing");
        assertThat(closed().filter(endpoint -> !endpoint.scraped()))
                .allSatisfy(endpoint -> assertRefused(call(scraper, endpoint), 403, "scope_missing"));
        assertThat(scraper.get("/actuator/health").json().has("components")).isFalse();
    }

    @Test
    void somethingLikeTheScrapeTokenOpensNothing() {
        assertRefused(
                scenario.http().as(Scenario.SCRAPE_TOKEN + "x").get("/actuator/prometheus"), 401, "invalid_credential");
    }

    /** They say how many sessions all tenants have. */
    @Test
    void metricsAreNoMatterOfAnotherTenantsAdmins() {
        HttpCalls stranger = scenario.http().as(DevelopmentKeys.make(database, "another", Scope.ADMIN));

        assertRefused(stranger.get("/actuator/prometheus"), 403, "operators_only");
        assertThat(as(Scope.ADMIN).get("/actuator/prometheus").status()).isEqualTo(200);
    }

    // ---- health --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/health",
                "/actuator/health/liveness",
                "/actuator/health/readiness",
                "/actuator/health/startup"
            })
    void anybodyMayAskWhetherAReplicaIsWell(String path) {
        Reply reply = scenario.http().as(null).get(path);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("status").stringValue()).isEqualTo("UP");
        assertThat(reply.json().has("components")).isFalse();
    }

    @Test
    void onlyOperatorsAreToldWhatIsNotWell() {
        Reply reader = as(Scope.SESSIONS_READ).get("/actuator/health");
        Reply admin = as(Scope.ADMIN).get("/actuator/health");
        Reply stranger = scenario.http()
                .as(DevelopmentKeys.make(database, "another", Scope.ADMIN))
                .get("/actuator/health");

        assertThat(stranger.status()).isEqualTo(200);
        assertThat(stranger.json().has("components")).isFalse();
        assertThat(reader.json().has("components")).isFalse();
        assertThat(admin.json().path("components").has("remotes")).isTrue();
    }

    // ---- how -----------------------------------------------------------------------------------------------------

    private HttpCalls as(Scope... scopes) {
        return scenario.http().as(DevelopmentKeys.make(database, DevelopmentKeys.TENANT, scopes));
    }

    private static Reply call(HttpCalls http, Endpoint endpoint) {
        String path = endpoint.pattern()
                .replace("/actuator/**", "/actuator/info")
                .replace("/v1/api-keys/{id}", "/v1/api-keys/key_" + NO_SUCH_ID)
                .replace("/v1/webhooks/{id}", "/v1/webhooks/whk_" + NO_SUCH_ID)
                .replace("{id}", "ses_" + NO_SUCH_ID)
                .replace("{run}", "run_" + NO_SUCH_ID)
                .replace("{delivery}", "dlv_" + NO_SUCH_ID);
        boolean hasBody = List.of(HttpMethod.POST, HttpMethod.PATCH).contains(endpoint.method());
        return hasBody
                ? http.send(
                        endpoint.method().name(),
                        path,
                        BodyPublishers.ofString("{}"),
                        "Content-Type",
                        "application/json")
                : http.send(endpoint.method().name(), path, BodyPublishers.noBody());
    }

    private static void assertRefused(Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.json().path("code").stringValue()).isEqualTo(code);
        assertThat(reply.json().path("traceId").stringValue()).matches("[0-9a-f]{32}");
        assertThat(reply.json().path("traceId").stringValue()).isEqualTo(reply.header("X-Request-Id"));
        assertThat(reply.json().path("remedy").stringValue()).isNotBlank();
    }
}
