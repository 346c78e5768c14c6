package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.Audits;
import dev.caprock.audit.Chains;
import dev.caprock.audit.Verification;
import dev.caprock.scenario.HttpCalls;
import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Keys of callers, from their making to their end. */
@ScenarioTest
class ApiKeysTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Autowired
    private Audit audit;

    private final String tenant = "keys-of-" + UUID.randomUUID();

    // ---- making --------------------------------------------------------------------------------------------------

    @Test
    void aKeyIsShownOnceAndOpensWhatItsScopesSay() {
        Reply reply = make(Map.of("name", "ci", "scopes", List.of("sessions:read")));

        assertThat(reply.status()).isEqualTo(201);
        JsonNode made = reply.json();
        String key = made.path("key").stringValue();
        assertThat(key).matches("cap_[0-9a-f]{80}");
        assertThat(reply.header("Location"))
                .isEqualTo("/v1/api-keys/" + made.path("id").stringValue());
        assertThat(scenario.http().as(key).get("/v1/sessions").status()).isEqualTo(200);
        assertThat(scenario.http().as(key).get("/v1/leaks").status()).isEqualTo(403);
        assertThat(admin().get("/v1/api-keys").body()).contains("\"ci\"").doesNotContain(key, "\"key\"", "hash");
    }

    @Test
    void onlyItsHashIsStored() {
        String key = key(make(Map.of("name", "ci", "scopes", List.of("admin"))));

        String row = scenario.database()
                .sql("select api_key::text from api_key where id = :id")
                .param("id", ApiKeyText.parse(key).orElseThrow().id())
                .query(String.class)
                .single();
        String secret = key.substring("cap_".length() + 32);
        assertThat(row).doesNotContain(secret, secret.substring(0, 40));
    }

    @Test
    void itLivesAsLongAsIsAskedOrThreeMonths() {
        Instant now = Clock.systemUTC().instant();
        String asked = now.plus(Duration.ofDays(2)).toString();

        assertThat(end(Map.of("expiresIn", "P3D")))
                .isBetween(now.plus(Duration.ofDays(3)), now.plus(Duration.ofDays(4)));
        assertThat(end(Map.of("expiresAt", asked))).isBetween(now.plus(Duration.ofDays(1)), Instant.parse(asked));
        assertThat(end(Map.of())).isBetween(now.plus(Duration.ofDays(90)), now.plus(Duration.ofDays(91)));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"scopes\": [\"admin\"]}',                                                        /name",
        "'{\"name\": \" \", \"scopes\": [\"admin\"]}',                                       /name",
        "'{\"name\": \"a\\nb\", \"scopes\": [\"admin\"]}',                                   /name",
        "'{\"name\": \"a\\u0000\", \"scopes\": [\"admin\"]}',                              /name",
        "'{\"name\": \"a\\ud800\", \"scopes\": [\"admin\"]}',                              /name",
        "'{\"name\": \"ci\"}',                                                               /scopes",
        "'{\"name\": \"ci\", \"scopes\": []}',                                               /scopes",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\", \"all\"]}',                             /scopes/1",
        "'{\"name\": \"ci\", \"scopes\": [null, \"admin\"]}',                                /scopes/0",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"expiresIn\": \"1 day\"}',              /expiresIn",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"expiresIn\": \"P367D\"}',              /expiresIn",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"expiresIn\": \"-P1D\"}',               /expiresIn",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"expiresIn\": \"P9999999999999D\"}',    /expiresIn",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"expiresAt\": \"2020-01-01T00:00:00Z\"}', /expiresAt",
        "'{\"name\": \"ci\", \"scopes\": [\"admin\"], \"tenant\": \"default\"}',               /tenant",
    })
    void aRequestThatMakesNoSenseIsToldWhere(String body, String pointer) {
        Reply reply = admin().post("/v1/api-keys", body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(pointer);
    }

    // ---- using ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"cap_", "cap_x", "cap_00000000", "x", "a.b.c"})
    void whatIsNoKeyOpensNothing(String text) {
        assertRefused(scenario.http().as(text).get("/v1/sessions"));
    }

    @Test
    void aKeyWithOneOtherDigitOpensNothing() {
        String key = DevelopmentKeys.make(database, tenant, Scope.ADMIN);
        ApiKeyText other = ApiKeyText.make(ApiKeyText.parse(key).orElseThrow().id(), new java.security.SecureRandom());

        assertRefused(scenario.http().as(otherDigit(key)).get("/v1/sessions"));
        assertRefused(scenario.http().as(other.text()).get("/v1/sessions"));
        assertThat(scenario.http().as(key).get("/v1/sessions").status()).isEqualTo(200);
    }

    @Test
    void anExpiredKeyOpensNothingAndSaysSo() {
        Instant past = Clock.systemUTC().instant().minusSeconds(1);
        String key = DevelopmentKeys.make(database, tenant, past, Scope.ADMIN);

        Reply reply = scenario.http().as(key).get("/v1/sessions");

        assertRefused(reply);
        assertThat(reply.json().path("detail").stringValue()).contains("expired");
    }

    @Test
    void anotherWayToSayWhoOneIsIsRefused() {
        Reply reply = scenario.http().as(null).get("/v1/sessions", "Authorization", "Basic YTpi");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.json().path("code").stringValue()).isEqualTo("invalid_credential");
    }

    @Test
    void itsLastUseIsNotedToTheMinute() {
        String key = key(make(Map.of("name", "used", "scopes", List.of("sessions:read"))));
        assertThat(listed("used").has("lastUsedAt")).isFalse();

        scenario.http().as(key).get("/v1/sessions");
        scenario.http().as(key).get("/v1/sessions");

        assertThat(listed("used").path("lastUsedAt").stringValue()).endsWith(":00Z");
    }

    // ---- revoking ------------------------------------------------------------------------------------------------

    @Test
    void aRevokedKeyOpensNothingFromTheNextRequestOn() {
        Reply made = make(Map.of("name", "ci", "scopes", List.of("sessions:read")));
        String path = "/v1/api-keys/" + made.json().path("id").stringValue();
        HttpCalls ci = scenario.http().as(key(made));
        assertThat(ci.get("/v1/sessions").status()).isEqualTo(200);

        assertThat(admin().delete(path).status()).isEqualTo(204);

        assertRefused(ci.get("/v1/sessions"));
        assertThat(admin().delete(path).status()).isEqualTo(204);
        assertThat(listed("ci").has("revokedAt")).isTrue();
    }

    @Test
    void makingAndRevokingAreInTheTenantsChainOnceEach() {
        Reply made = make(Map.of("name", "ci", "scopes", List.of("sessions:read")));
        String id = made.json().path("id").stringValue();
        admin().delete("/v1/api-keys/" + id);
        admin().delete("/v1/api-keys/" + id);

        List<AuditRecord> records = audit.read(Chains.ofTenant(tenant), 0, 10);

        assertThat(records).extracting(AuditRecord::action).containsExactly("api-key.create", "api-key.revoke");
        assertThat(records).extracting(AuditRecord::target).containsOnly(id);
        assertThat(records).allSatisfy(record -> {
            assertThat(record.actor().tenant()).isEqualTo(tenant);
            assertThat(record.actor().subject()).startsWith("key:key_");
            assertThat(String.valueOf(record.detail())).doesNotContain(key(made));
        });
        assertThat(Audits.verify(JdbcClient.create(database), Chains.ofTenant(tenant)))
                .isInstanceOf(Verification.Intact.class);
    }

    // ---- other tenants -------------------------------------------------------------------------------------------

    @Test
    void anotherTenantsKeysAreNotThere() {
        Reply made = make(Map.of("name", "ci", "scopes", List.of("sessions:read")));
        HttpCalls stranger = scenario.http();

        assertThat(stranger.delete("/v1/api-keys/" + made.json().path("id").stringValue())
                        .status())
                .isEqualTo(404);
        assertThat(stranger.get("/v1/api-keys?limit=200").body())
                .doesNotContain(made.json().path("id").stringValue());
        assertThat(scenario.http().as(key(made)).get("/v1/sessions").status()).isEqualTo(200);
    }

    @Test
    void pagesHoldEachKeyOnce() {
        for (String name : List.of("a", "b", "c")) {
            make(Map.of("name", name, "scopes", List.of("sessions:read")));
        }
        JsonNode first = admin().get("/v1/api-keys?limit=2").json();
        String cursor = first.path("nextCursor").stringValue();
        JsonNode second = admin().get("/v1/api-keys?limit=50&cursor=" + cursor).json();

        assertThat(first.path("apiKeys")
                        .valueStream()
                        .map(key -> key.path("name").stringValue()))
                .hasSize(2);
        assertThat(second.path("apiKeys")
                        .valueStream()
                        .map(key -> key.path("name").stringValue()))
                .contains("a")
                .doesNotContain("c");
        assertThat(second.path("nextCursor").isNull()).isTrue();
    }

    // ---- how -----------------------------------------------------------------------------------------------------

    private HttpCalls admin() {
        return scenario.http().as(DevelopmentKeys.make(database, tenant, Scope.ADMIN));
    }

    private Reply make(Map<String, Object> body) {
        return admin().post("/v1/api-keys", body);
    }

    private static String key(Reply made) {
        return made.json().path("key").stringValue();
    }

    private Instant end(Map<String, Object> asked) {
        var body = new java.util.HashMap<String, Object>(asked);
        body.putAll(Map.of("name", "ci", "scopes", List.of("sessions:read")));
        return Instant.parse(make(body).json().path("expiresAt").stringValue());
    }

    private JsonNode listed(String name) {
        return admin().get("/v1/api-keys?limit=200")
                .json()
                .path("apiKeys")
                .valueStream()
                .filter(key -> key.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String otherDigit(String key) {
        int at = key.length() - 20;
        return key.substring(0, at) + (key.charAt(at) == '0' ? '1' : '0') + key.substring(at + 1);
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(401);
        assertThat(reply.json().path("code").stringValue()).isEqualTo("invalid_credential");
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer ").contains("error=\"invalid_token\"");
    }
}
