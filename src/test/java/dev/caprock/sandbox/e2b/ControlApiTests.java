package dev.caprock.sandbox.e2b;

import static dev.caprock.sandbox.e2b.E2bTests.SANDBOX;
import static dev.caprock.sandbox.e2b.E2bTests.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.OwnedSandbox;
import dev.caprock.sandbox.Refusal;
import dev.caprock.sandbox.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlApiTests {

    private static final String CREATED = """
            {"sandboxID":"i1","templateID":"t","alias":"base","clientID":"c","envdVersion":"0.6.13",
             "envdAccessToken":"%s","trafficAccessToken":null,"domain":null}""".formatted(Stub.TOKEN);

    private final Stub stub = new Stub();
    private final E2bProvider e2b = E2bTests.provider(stub);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void aCreateSaysHowLongAndWhose() {
        stub.on("POST /v2/sandboxes", Stub.json(201, CREATED));

        var sandbox = e2b.create(wanted());

        assertThat(sandbox.id()).isEqualTo("i1");
        assertThat(Access.read(sandbox.access())).isEqualTo(new Access(Stub.TOKEN, null, "0.6.13"));
        var request = stub.requests.getFirst();
        assertThat(request.header("X-API-Key")).isEqualTo(E2bTests.KEY);
        assertThat(request.json().toString())
                .contains("\"templateID\":\"base\",\"timeout\":900", "\"caprock_owner\":\"owner-1\"")
                .contains("\"caprock_session\":\"ses_1\"", "\"caprock_attempt\":\"att_1\"")
                .doesNotContain("secure", "network");
    }

    @Test
    void aSandboxIsDestroyedThoughEverythingElseHasToWait() {
        stub.on("GET /sandboxes/i1", Stub.json(503, "{}", "Retry-After", "60"));
        stub.on("DELETE /sandboxes/i1", Stub.json(204, ""));
        assertThatThrownBy(() -> e2b.get("i1")).isInstanceOf(RemoteFailure.Busy.class);

        var held = catchThrowableOfType(RemoteFailure.Busy.class, () -> e2b.create(wanted()));
        e2b.destroy("i1");

        assertThat(held.code()).isEqualTo("held");
        assertThat(e2b.standing().busyFor()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
        assertThat(stub.requests).hasSize(2);
    }

    @Test
    void aCreateThatIsToldToWaitLetsTheRestGoOn() {
        stub.on("POST /v2/sandboxes", Stub.json(429, "{}", "Retry-After", "60"));
        stub.on("GET /sandboxes/i1", Stub.json(404, "{\"code\":404,\"message\":\"not there\"}"));
        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Busy.class);

        assertThat(e2b.get("i1")).isEmpty();
        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Busy.class);

        assertThat(stub.requests).hasSize(2);
    }

    @Test
    void aListOfHostsDeniesAllOthers() {
        stub.on("POST /v2/sandboxes", Stub.json(201, CREATED));

        e2b.create(wanted(null, List.of("api.mesa.dev")));

        assertThat(stub.requests.getFirst().json().path("network").toString())
                .contains("\"allowOut\":[\"api.mesa.dev\"]", "\"denyOut\":[\"0.0.0.0/0\"]");
    }

    @Test
    void aServerWithoutTheSecondCreateRouteIsAskedByTheFirstFromThenOn() {
        stub.on("POST /v2/sandboxes", Stub.text(404, "404 page not found"))
                .on("POST /sandboxes", Stub.json(201, CREATED));

        e2b.create(wanted());
        e2b.create(wanted());

        assertThat(stub.lines()).containsExactly("POST /v2/sandboxes", "POST /sandboxes", "POST /sandboxes");
        assertThat(stub.requests.getLast().json().path("secure").asBoolean()).isTrue();
        assertThat(stub.requests.getLast().json().path("timeout").asInt()).isEqualTo(900);
    }

    @Test
    void aMethodNotAllowedMeansThatTheRouteIsMissing() {
        stub.on("POST /v2/sandboxes", Stub.empty(405)).on("POST /sandboxes", Stub.json(201, CREATED));

        assertThat(e2b.create(wanted()).id()).isEqualTo("i1");
    }

    @Test
    void aMissingTemplateIsNoMissingRoute() {
        stub.on("POST /v2/sandboxes", Stub.json(404, "{\"code\":404,\"message\":\"template 'base' not found\"}"));

        var failure = catchThrowableOfType(RemoteFailure.Rejected.class, () -> e2b.create(wanted()));

        assertThat(failure).hasMessageContaining("template 'base' not found");
        assertThat(stub.requests).hasSize(1);
    }

    @Test
    void aFallBackThatFailsIsNotRemembered() {
        stub.on("POST /v2/sandboxes", Stub.text(404, "proxy"), Stub.json(201, CREATED))
                .on("POST /sandboxes", Stub.text(404, "proxy"));

        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(e2b.create(wanted()).id()).isEqualTo("i1");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403})
    void aRefusedCreateIsRejected(int status) {
        stub.on("POST /v2/sandboxes", Stub.json(status, "{\"code\":%d,\"message\":\"why\"}".formatted(status)));

        assertThatThrownBy(() -> e2b.create(wanted()))
                .isInstanceOf(RemoteFailure.Rejected.class)
                .hasMessageContaining("why");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 504})
    void aCreateThatMayHaveHappenedIsUnknown(int status) {
        stub.on("POST /v2/sandboxes", Stub.text(status, "upstream request timeout"));

        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(stub.requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{", "[]", "<html>", "{\"sandboxID\":\"../x\"}", "{\"envdAccessToken\":\"tok"})
    void aCreatedAnswerThatCannotBeReadIsUnknown(String body) {
        stub.on("POST /v2/sandboxes", Stub.json(201, body));

        assertThatThrownBy(() -> e2b.create(wanted()))
                .isInstanceOf(RemoteFailure.Unknown.class)
                .hasNoCause();
    }

    @Test
    void aLostAnswerIsUnknown() {
        stub.on("POST /v2/sandboxes", Stub.hangUp());

        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aServerThatIsNotThereIsBusy() {
        stub.close();

        assertThatThrownBy(() -> e2b.create(wanted())).isInstanceOf(RemoteFailure.Busy.class);
    }

    @Test
    void aRateLimitSaysHowLongToWait() {
        stub.on("POST /v2/sandboxes", Stub.json(429, "{\"code\":429,\"message\":\"Rate limit\"}", "Retry-After", "7"));

        var busy = catchThrowableOfType(RemoteFailure.Busy.class, () -> e2b.create(wanted()));

        assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void noRoomIsBusy(int status) {
        stub.on("POST /v2/sandboxes", Stub.json(status, "{\"code\":%d,\"message\":\"maximum\"}".formatted(status)));

        var busy = catchThrowableOfType(RemoteFailure.Busy.class, () -> e2b.create(wanted()));

        assertThat(busy.retryAfter()).isNull();
    }

    @Test
    void findingLooksAtEveryPageInBothStates() {
        stub.on(
                        "GET /v2/sandboxes",
                        Stub.json(200, "[{\"sandboxID\":\"i1\"}]", "X-Next-Token", "a+b="),
                        Stub.json(200, "[{\"sandboxID\":\"i2\"}]"))
                .on("GET /sandboxes/i1", Stub.sandbox("running"))
                .on("GET /sandboxes/i2", Stub.missing());

        assertThat(e2b.find("att_1")).extracting(Sandbox::id).containsExactly("i1");

        var query = "GET /v2/sandboxes?metadata=caprock_attempt%3Datt_1&state=running,paused&limit=100";
        assertThat(stub.lines()).startsWith(query, query + "&nextToken=a%2Bb%3D");
    }

    @Test
    void theListOfAnOwnerIsReadToItsEndAndHoldsNobodyElses() {
        stub.on(
                "GET /v2/sandboxes",
                Stub.json(
                        200,
                        "[%s,%s]".formatted(listed("i1", "owner-1"), listed("i2", "owner-2")),
                        "X-Next-Token",
                        "n"),
                Stub.json(200, "[%s]".formatted(listed("i3", "owner-1"))));

        var started = Instant.parse("2026-01-02T03:04:05.678901Z");
        assertThat(e2b.owned("owner-1"))
                .containsExactly(
                        new OwnedSandbox("i1", "ses_1", "att_1", started),
                        new OwnedSandbox("i3", "ses_1", "att_1", started));

        var query = "GET /v2/sandboxes?metadata=caprock_owner%3Downer-1&state=running,paused&limit=100";
        assertThat(stub.lines()).containsExactly(query, query + "&nextToken=n");
    }

    private static String listed(String id, String owner) {
        return """
                {"sandboxID":"%s","startedAt":"2026-01-02T03:04:05.678901Z","state":"running",
                 "metadata":{"caprock_owner":"%s","caprock_session":"ses_1","caprock_attempt":"att_1"}}""".formatted(id, owner);
    }

    @Test
    void aListOfAnOwnerThatCannotBeReadIsNotAnEmptyOne() {
        stub.on("GET /v2/sandboxes", Stub.json(200, "{}"));
        assertThatThrownBy(() -> e2b.owned("owner-1")).isInstanceOf(RemoteFailure.Unknown.class);

        stub.on(
                "GET /v2/sandboxes",
                Stub.json(200, "[{\"sandboxID\":\"i1\",\"metadata\":{\"caprock_owner\":\"owner-1\"}}]"));
        assertThatThrownBy(() -> e2b.owned("owner-1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aListThatCannotBeReadIsNotAnEmptyOne() {
        stub.on("GET /v2/sandboxes", Stub.json(200, "{}"));

        assertThatThrownBy(() -> e2b.find("att_1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aSandboxIsReadAgainWithItsToken() {
        stub.on("GET /sandboxes/i1", Stub.sandbox("paused"));

        assertThat(e2b.get("i1").orElseThrow().access()).contains(Stub.TOKEN);
    }

    @Test
    void onlyE2bItselfCanSayThatASandboxIsGone() {
        stub.on("GET /sandboxes/i1", Stub.missing(), Stub.text(404, "<html>nothing here</html>"));

        assertThat(e2b.get("i1")).isEmpty();
        assertThatThrownBy(() -> e2b.get("i1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void destroyingWhatIsGoneIsSuccess() {
        stub.on("DELETE /sandboxes/i1", Stub.empty(204), Stub.missing());

        e2b.destroy("i1");
        e2b.destroy("i1");

        assertThat(stub.requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 404, 500, 502})
    void anythingElseIsNoProofOfDestruction(int status) {
        stub.on("DELETE /sandboxes/i1", Stub.text(status, "?", "Location", "/login"));

        assertThatThrownBy(() -> e2b.destroy("i1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void anExtensionOnlyExtendsAndStaysInE2bsBounds() {
        stub.on("POST /sandboxes/i1/refreshes", Stub.empty(204));

        e2b.extend(SANDBOX, Duration.ofSeconds(1));
        e2b.extend(SANDBOX, Duration.ofMillis(20_001));
        e2b.extend(SANDBOX, Duration.ofHours(3));

        assertThat(stub.requests.stream()
                        .map(request -> request.json().path("duration").asInt()))
                .containsExactly(15, 21, 3600);
    }

    @Test
    void extendingWhatIsGoneIsRejected() {
        stub.on("POST /sandboxes/i1/refreshes", Stub.missing());

        var gone = catchThrowableOfType(RemoteFailure.Rejected.class, () -> e2b.extend(SANDBOX, Duration.ofMinutes(1)));

        assertThat(gone.isAbsent()).isTrue();
        assertThat(gone.code()).isEqualTo("sandbox_gone");
    }

    @Test
    void whatE2bCannotDoIsRefused() {
        assertThat(e2b.refusals(wanted())).isEmpty();
        assertThat(e2b.refusals(wanted(4, null))).extracting(Refusal::field).containsExactly("vcpus");
    }

    @Test
    void theAccountIsNamedWithoutItsKey() {
        assertThat(e2b.account())
                .matches("e2b/[0-9a-f]{8}")
                .isEqualTo(E2bTests.provider(stub).account());
    }

    @Test
    void aLateCreateIsAwaitedForAMinuteAndAHalf() {
        assertThat(e2b.createDeadline()).isEqualTo(Duration.ofSeconds(90));
        assertThat(e2b.maximumLifetime()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void noFailureTellsASecret() {
        stub.on("POST /v2/sandboxes", Stub.json(201, "{\"sandboxID\":\"i1\",\"envdAccessToken\":" + Stub.TOKEN));

        assertThatThrownBy(() -> e2b.create(wanted()))
                .satisfies(failure -> assertThat(Secrets.trace(failure)).doesNotContain(E2bTests.KEY, Stub.TOKEN));
    }
}
