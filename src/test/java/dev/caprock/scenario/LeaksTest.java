package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.access.DevelopmentKeys;
import dev.caprock.access.Scope;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What is owed is listed, until it is not. */
@ScenarioTest
class LeaksTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    /** Other tests of the same service leave credentials that nobody can revoke. */
    @BeforeEach
    void forgetWhatOthersLeft() {
        int ignored = scenario.database()
                .sql("update resource set evidence = '{}' where jsonb_exists(evidence, 'outlivesUntil')")
                .update();
    }

    @AfterEach
    void forgetFinds() {
        int ignored = scenario.database().sql("delete from find").update();
    }

    @Test
    void normallyThereIsNothing() {
        assertThat(scenario.http().get("/v1/leaks").body()).isEqualTo("{\"leaks\":[],\"nextCursor\":null}");
    }

    @Test
    void whatASessionDoesNotReleaseInTimeIsOwedUntilItIs() {
        scenario.simulators().e2b().faults().on(Operation.KILL).untilCleared().then(Effect.error(500, "no kill"));
        var session = scenario.session().shell("true").start();
        session.awaitStatus("closing");
        session.awaitEvent("credential.revoked");
        assertThat(leaks("")).isEmpty();

        closingFor(session, Duration.ofMinutes(16));

        JsonNode leak = await().until(() -> leaks(""), all -> error(all).contains("500"))
                .getFirst();
        assertThat(leak.path("type").stringValue()).isEqualTo("release_overdue");
        assertThat(leak.path("sessionId").stringValue()).isEqualTo(session.id());
        assertThat(leak.path("resource").stringValue()).isEqualTo("sandbox");
        assertThat(leak.path("externalId").stringValue()).isEqualTo(session.sandboxId());
        assertThat(leak.path("attempts").intValue()).isPositive();
        assertThat(leak.path("since").stringValue()).isLessThan(Instant.now().toString());
        scenario.simulators().e2b().faults().clear();
        session.awaitClosed();
        assertThat(leaks("")).isEmpty();
    }

    @Test
    void aCredentialThatNobodyCanRevokeIsOwedUntilItEnds() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        Instant end = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);
        outlives(session, end);

        assertThat(leaks("")).singleElement().satisfies(leak -> {
            assertThat(leak.path("type").stringValue()).isEqualTo("credential_outlives");
            assertThat(leak.path("sessionId").stringValue()).isEqualTo(session.id());
            assertThat(leak.path("resource").stringValue()).isEqualTo("credential");
            assertThat(Instant.parse(leak.path("until").stringValue())).isEqualTo(end);
        });
        outlives(session, Instant.now().minusSeconds(1));
        assertThat(leaks("")).isEmpty();
    }

    @Test
    void findsAreListedNewestFirstInPagesButNotAnotherTenants() {
        found("i1", null, false);
        found("i2", "default", false);
        found("i3", "somebody-else", false);
        found("i4", null, true);
        found("i5", null, false);

        assertThat(leaks(""))
                .extracting(leak -> leak.path("externalId").stringValue())
                .containsExactly("i5", "i2", "i1");
        assertThat(leaks(""))
                .allSatisfy(leak -> assertThat(leak.path("type").stringValue()).isEqualTo("unexplained"));
        assertThat(paged()).containsExactly("i5", "i2", "i1");
    }

    @Test
    void onlyTheOperatorsAdminsSeeWhatBelongsToNoTenant() {
        found("i1", null, false);
        found("i2", "default", false);
        found("i3", "somebody-else", false);

        assertThat(seenBy("default", Scope.AUDIT_READ)).containsExactly("i2");
        assertThat(seenBy("somebody-else", Scope.ADMIN)).containsExactly("i3");
    }

    private List<String> seenBy(String tenant, Scope scope) {
        var http = scenario.http().as(DevelopmentKeys.make(database, tenant, scope));
        return http.get("/v1/leaks")
                .json()
                .path("leaks")
                .valueStream()
                .map(leak -> leak.path("externalId").stringValue())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"limit=0, /limit", "limit=201, /limit", "limit=x, /limit", "cursor=here, /cursor"})
    void aPageThatMakesNoSenseIsRefused(String query, String pointer) {
        Reply reply = scenario.http().get("/v1/leaks?" + query);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(pointer);
    }

    private List<String> paged() {
        var all = new ArrayList<String>();
        String cursor = "";
        do {
            JsonNode page = scenario.http().get("/v1/leaks?limit=1" + cursor).json();
            page.path("leaks").forEach(leak -> all.add(leak.path("externalId").stringValue()));
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").stringValue();
        } while (!cursor.isEmpty());
        return all;
    }

    private List<JsonNode> leaks(String query) {
        return scenario.http()
                .get("/v1/leaks" + query)
                .json()
                .path("leaks")
                .valueStream()
                .toList();
    }

    private static String error(List<JsonNode> leaks) {
        return leaks.isEmpty() ? "" : leaks.getFirst().path("lastError").stringValue("");
    }

    private void closingFor(StartedSession session, Duration time) {
        int ignored = scenario.database()
                .sql("update session set closing_at = closing_at - ? * interval '1 second' where id = ?")
                .params(time.toSeconds(), session.uuid())
                .update();
    }

    private void outlives(StartedSession session, Instant end) {
        int ignored = scenario.database()
                .sql("""
                        update resource set evidence = jsonb_build_object('outlivesUntil', cast(? as text))
                            where session_id = ? and kind = 'CREDENTIAL'""")
                .params(end.toString(), session.uuid())
                .update();
    }

    private void found(String id, @org.jspecify.annotations.Nullable String tenant, boolean gone) {
        int ignored = scenario.database()
                .sql("""
                        insert into find (id, kind, account, external_id, tenant, created_at, found_at, gone_at)
                            values (:id, 'SANDBOX', 'e2b/1', :external, :tenant, now(), now(), case when :gone then now() end)""")
                .param("id", UUID.fromString("0190%s-0000-7000-8000-000000000000".formatted("000" + id.charAt(1))))
                .param("external", id)
                .param("tenant", tenant)
                .param("gone", gone)
                .update();
    }
}
