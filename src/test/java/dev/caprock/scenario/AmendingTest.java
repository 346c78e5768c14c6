package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Audit;
import dev.caprock.simulator.e2b.Operation;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Labels and the end of a session change while it is open, and only then. */
@ScenarioTest
class AmendingTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private Audit audit;

    @Test
    void labelsAreMergedAndNullRemoves() {
        var session = open();
        patch(session, "{\"labels\": {\"team\": \"search\", \"tier\": \"1\"}}");

        Reply reply = patch(session, "{\"labels\": {\"tier\": null, \"team\": \"find\", \"new\": \"\"}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("labels")).isEqualTo(session.body().path("labels"));
        assertThat(session.body().path("labels").propertyStream())
                .extracting(label -> label.getKey() + "=" + label.getValue().stringValue())
                .containsExactlyInAnyOrder("amending=yes", "team=find", "new=");
        assertThat(listed("team:find")).contains(session.id());

        patch(session, "{\"labels\": null}");
        assertThat(session.body().path("labels").toString()).isEqualTo("{}");
        assertThat(amendments(session)).hasSize(3);
        assertThat(session.body().path("status").stringValue()).isEqualTo("running");
    }

    @Test
    void plainJsonMeansTheSame() {
        var session = open();

        Reply reply = scenario.http()
                .send(
                        "PATCH",
                        session.path(),
                        BodyPublishers.ofString("{\"labels\": {\"team\": \"search\"}}"),
                        "Content-Type",
                        "application/json");

        assertThat(reply.json().path("labels").path("team").stringValue()).isEqualTo("search");
    }

    @Test
    void theEndMovesInBothDirectionsWithoutACallOutside() {
        var session = open();
        long calls = callsOutside();
        Instant later = end(session).plusSeconds(3600);

        Reply reply = patch(session, expiresAt(later));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(end(session)).isEqualTo(later);
        assertThat(end(reply.json())).isEqualTo(later);
        assertThat(callsOutside()).isEqualTo(calls);
        assertThat(amendments(session)).singleElement().asString().contains(later.toString());
    }

    @Test
    void anEndThatIsMovedNearWakesTheLoop() {
        var session = open();

        patch(session, expiresAt(Instant.now().plusSeconds(2)));

        JsonNode closed = session.awaitClosed();
        assertThat(closed.path("outcome").stringValue()).isEqualTo("expired");
        assertThat(Duration.between(
                        end(session), Instant.parse(closed.path("closedAt").stringValue())))
                .isLessThan(Duration.ofSeconds(30));
        scenario.assertEndedClean(session);
    }

    @Test
    void beyondTheCeilingIsRefusedAndTheCeilingIsNamedAndCanBeHad() {
        var session = open();

        Reply refused = patch(session, expiresAt(end(session).plus(Duration.ofHours(20))));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("code").stringValue()).isEqualTo("beyond_ceiling");
        JsonNode error = refused.json().path("errors").path(0);
        assertThat(error.path("pointer").stringValue()).isEqualTo("/expiresAt");
        Instant ceiling = Instant.parse(error.path("message").stringValue().replaceAll(".* be (\\S+Z) at .*", "$1"));
        assertThat(ceiling)
                .isBetween(end(session).plus(Duration.ofHours(10)), end(session).plus(Duration.ofHours(12)));
        assertThat(patch(session, expiresAt(ceiling.plus(1, ChronoUnit.MILLIS))).status())
                .isEqualTo(422);
        assertThat(patch(session, expiresAt(ceiling)).status()).isEqualTo(200);
        assertThat(end(session)).isEqualTo(ceiling);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access-token", "layout"})
    void whereTheCredentialCannotBeRevokedTheEndCannotBeMovedAway(String credential) {
        var session = scenario.session()
                .with("credential", credential)
                .shell("echo here; sleep 60")
                .start();
        session.awaitPrinted("here");

        Reply refused = patch(session, expiresAt(end(session).plusSeconds(1)));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("detail").stringValue()).contains("cannot be revoked");
        assertThat(patch(session, expiresAt(end(session).minusSeconds(1))).status())
                .isEqualTo(200);
    }

    @Test
    void thePastIsRefused() {
        var session = open();

        Reply refused = patch(session, expiresAt(Instant.now().minusSeconds(1)));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("code").stringValue()).isEqualTo("expires_in_the_past");
    }

    @Test
    void whatIsClosingOrClosedIsNotChanged() {
        var session = open();
        var flush = scenario.simulators().mounts().faults().holdFlush();
        session.delete("graceful");
        session.awaitStatus("closing");

        assertConflict(session, "closing");
        flush.open();
        session.awaitClosed();
        assertConflict(session, "closed");
        scenario.assertEndedClean(session);
    }

    private void assertConflict(StartedSession session, String status) {
        for (String body :
                List.of("{\"labels\": {\"a\": \"b\"}}", expiresAt(Instant.now().plusSeconds(60)))) {
            Reply refused = patch(session, body);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.json().path("code").stringValue()).isEqualTo("illegal_transition");
            assertThat(refused.json().path("detail").stringValue()).contains(status);
        }
    }

    @Test
    void onlyTheSessionThatWasMeantIsChanged() {
        var session = open();
        String tag = scenario.http().get(session.path()).header("ETag");
        assertThat(tag).matches("\"\\d+\"");

        Reply changed = scenario.http().patch(session.path(), "{\"labels\": {\"a\": \"1\"}}", "If-Match", tag);
        Reply outdated = scenario.http().patch(session.path(), "{\"labels\": {\"a\": \"2\"}}", "If-Match", tag);

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag"))
                .isEqualTo(scenario.http().get(session.path()).header("ETag"))
                .isNotEqualTo(tag);
        assertThat(outdated.status()).isEqualTo(412);
        assertThat(outdated.json().path("detail").stringValue()).contains(changed.header("ETag"));
        assertThat(session.body().path("labels").path("a").stringValue()).isEqualTo("1");
        for (String any : List.of("*", changed.header("ETag") + ", \"x\"")) {
            assertThat(scenario.http()
                            .patch(session.path(), "{}", "If-Match", any)
                            .status())
                    .isEqualTo(200);
        }
        String weak = "W/" + changed.header("ETag");
        assertThat(scenario.http().patch(session.path(), "{}", "If-Match", weak).status())
                .isEqualTo(412);
    }

    @Test
    void aSessionWhoseTagIsKnownIsStillToldWhole() {
        var session = open();
        String tag = scenario.http().get(session.path()).header("ETag");

        assertThat(scenario.http().get(session.path(), "If-None-Match", tag).status())
                .isEqualTo(200);
    }

    @Test
    void ofManyAtOnceWithTheSameTagOneWins() {
        var session = open();
        String tag = scenario.http().get(session.path()).header("ETag");

        var replies = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> scenario.http()
                        .patch(session.path(), "{\"labels\": {\"winner\": \"%d\"}}".formatted(i), "If-Match", tag)))
                .toList();

        assertThat(replies.stream().map(reply -> reply.join().status()))
                .containsExactlyInAnyOrder(200, 412, 412, 412, 412, 412, 412, 412);
        assertThat(amendments(session)).hasSize(1);
    }

    @Test
    void changingNothingLeavesNoTrace() {
        var session = open();
        String tag = scenario.http().get(session.path()).header("ETag");

        assertThat(patch(session, "{}").header("ETag")).isEqualTo(tag);
        assertThat(patch(session, expiresAt(end(session))).header("ETag")).isEqualTo(tag);
        assertThat(patch(session, "{\"labels\": {\"amending\": \"yes\", \"none\": null}}")
                        .header("ETag"))
                .isEqualTo(tag);
        assertThat(amendments(session)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                              | ''",
                "{\"ttl\": \"PT1H\"}             | /ttl",
                "{\"labels\": 1}                 | /labels",
                "{\"labels\": {\"a\": 1}}        | /labels/a",
                "{\"labels\": {\" \": \"1\"}}    | '/labels/ '",
                "{\"expiresAt\": null}           | /expiresAt",
                "{\"expiresAt\": 5}              | /expiresAt",
                "{\"expiresAt\": \"tomorrow\"}   | /expiresAt"
            })
    void aPatchThatMakesNoSenseIsRefused(String body, String pointer) {
        Reply reply = scenario.http().patch("/v1/sessions/ses_" + "0".repeat(32), body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo(pointer);
    }

    @Test
    void tooManyLabelsAreRefused() {
        var session = open();
        var labels = new StringBuilder("{\"labels\": {\"l0\": \"\"");
        IntStream.range(1, 32).forEach(i -> labels.append(", \"l%d\": \"\"".formatted(i)));

        Reply refused = patch(session, labels + "}}");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("errors").path(0).path("pointer").stringValue())
                .isEqualTo("/labels");
    }

    @Test
    void anotherKindOfPatchAndAnUnknownSessionAreRefused() {
        String unknown = "/v1/sessions/ses_" + "0".repeat(32);

        assertThat(scenario.http().patch(unknown, "{}").status()).isEqualTo(404);
        assertThat(scenario.http()
                        .send(
                                "PATCH",
                                unknown,
                                BodyPublishers.ofString("[]"),
                                "Content-Type",
                                "application/json-patch+json")
                        .status())
                .isEqualTo(415);
    }

    private StartedSession open() {
        var session = scenario.session()
                .label("amending", "yes")
                .shell("echo here; sleep 60")
                .start();
        session.awaitPrinted("here");
        return session;
    }

    private Reply patch(StartedSession session, String body) {
        return scenario.http().patch(session.path(), body);
    }

    private static String expiresAt(Instant time) {
        return "{\"expiresAt\": \"%s\"}".formatted(time);
    }

    private static Instant end(StartedSession session) {
        return end(session.body());
    }

    private static Instant end(JsonNode body) {
        return Instant.parse(body.path("expiresAt").stringValue());
    }

    private List<String> listed(String label) {
        return scenario.http()
                .get("/v1/sessions?label=" + label)
                .json()
                .path("sessions")
                .valueStream()
                .map(each -> each.path("id").stringValue())
                .toList();
    }

    private long callsOutside() {
        return scenario.simulators().e2b().ledger().requests(Operation.REFRESH).size();
    }

    private List<String> amendments(StartedSession session) {
        return audit.read(session.uuid(), 0, 200).stream()
                .filter(each -> each.action().equals("session.amended"))
                .map(each -> String.valueOf(each.detail()))
                .toList();
    }
}
