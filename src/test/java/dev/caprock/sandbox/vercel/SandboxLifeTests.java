package dev.caprock.sandbox.vercel;

import static dev.caprock.sandbox.vercel.Stub.EXTEND;
import static dev.caprock.sandbox.vercel.Stub.NAMED;
import static dev.caprock.sandbox.vercel.Stub.STOP;
import static dev.caprock.sandbox.vercel.Stub.error;
import static dev.caprock.sandbox.vercel.Stub.hangUp;
import static dev.caprock.sandbox.vercel.Stub.html;
import static dev.caprock.sandbox.vercel.Stub.json;
import static dev.caprock.sandbox.vercel.Stub.missing;
import static dev.caprock.sandbox.vercel.Stub.sandbox;
import static dev.caprock.sandbox.vercel.VercelTests.SANDBOX;
import static dev.caprock.sandbox.vercel.VercelTests.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.OwnedSandbox;
import dev.caprock.sandbox.Refusal;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SandboxLifeTests {

    private static final String CREATE = "POST /v2/sandboxes";
    private static final String CREATE_FROM_IMAGE = "POST /v3/sandboxes";
    private static final String GET = "GET " + NAMED;
    private static final String DELETE = "DELETE " + NAMED;

    private final Stub stub = new Stub();
    private final VercelProvider vercel = VercelTests.provider(stub);
    private final VercelProvider fromImages = VercelTests.provider(stub, Flavour.IMAGE, VercelTests.NONE);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void aSandboxIsMadeFromARuntimeUnderOurNameAndDoesNotPersist() {
        stub.on(CREATE, sandbox("running", 900));

        assertThat(vercel.create(wanted(null, null, null))).isEqualTo(SANDBOX);

        var request = stub.requests.getFirst();
        assertThat(request.uri()).isEqualTo("/v2/sandboxes?teamId=team_1");
        assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer " + VercelTests.TOKEN);
        assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/json");
        assertThat(request.json().toString())
                .startsWith(
                        "{\"projectId\":\"prj_1\",\"name\":\"caprock-att_1\",\"ports\":[],\"persistent\":false,\"timeout\":900000,\"tags\":{")
                .endsWith("},\"runtime\":\"node24\"}");
        assertThat(request.json().path("tags").path("caprock_owner").asString()).isEqualTo("owner-1");
        assertThat(request.json().path("tags").path("caprock_session").asString())
                .isEqualTo("ses_1");
        assertThat(request.json().path("tags").path("caprock_attempt").asString())
                .isEqualTo("att_1");
    }

    @Test
    void orFromAnImage() {
        stub.on(CREATE_FROM_IMAGE, sandbox("running", 900));

        fromImages.create(wanted(null, 2, List.of("mesa.dev", "*.mesa.dev")));
        fromImages.create(wanted("vercel/sandbox/node:24", null, null));

        var bare = stub.requests.getFirst().json();
        assertThat(bare.has("runtime") || bare.has("image")).isFalse();
        assertThat(bare.path("resources").toString()).isEqualTo("{\"vcpus\":2}");
        assertThat(bare.path("networkPolicy").toString()).isEqualTo("{\"allow\":[\"mesa.dev\",\"*.mesa.dev\"]}");
        assertThat(stub.requests.getLast().json().path("image").asString()).isEqualTo("vercel/sandbox/node:24");
    }

    @Test
    void aSnapshotGoesWithNeitherRuntimeNorImage() {
        stub.on(CREATE_FROM_IMAGE, sandbox("running", 900));

        vercel.create(wanted("snap_x", null, null));

        var body = stub.requests.getFirst().json();
        assertThat(body.path("source").path("snapshotId").asString()).isEqualTo("snap_x");
        assertThat(body.has("runtime") || body.has("image")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "node24, /v2/sandboxes, runtime",
        "python3.13, /v2/sandboxes, runtime",
        "node24:latest, /v3/sandboxes, image",
        "vercel/sandbox/node:24, /v3/sandboxes, image",
        "own@sha256:0123456789abcdef, /v3/sandboxes, image",
        "snapper, /v3/sandboxes, image",
        "snap_Ab1, /v3/sandboxes, source"
    })
    void aTemplateIsKnownByItsNameWhateverTheFlavour(String template, String route, String field) {
        stub.on(CREATE, sandbox("running", 900)).on(CREATE_FROM_IMAGE, sandbox("running", 900));

        for (var provider : List.of(vercel, fromImages)) {
            provider.create(wanted(template, null, null));
        }

        assertThat(stub.requests).hasSize(2).allSatisfy(request -> {
            assertThat(request.uri()).startsWith(route + "?");
            assertThat(request.json().propertyNames())
                    .filteredOn(List.of("runtime", "image", "source")::contains)
                    .containsExactly(field);
        });
    }

    @Test
    void aCreateThatIsAnsweredBadlyIsFoundByItsName() {
        stub.on(CREATE, html(502)).on(GET, missing(), sandbox("running", 900));

        assertThatThrownBy(() -> vercel.create(wanted(null, null, null))).isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(vercel.find("att_1")).isEmpty();
        assertThat(vercel.find("att_1")).containsExactly(SANDBOX);

        assertThat(stub.lines()).containsExactly(CREATE, GET, GET);
        assertThat(stub.requests.getLast().uri()).isEqualTo(NAMED + "?projectId=prj_1&teamId=team_1");
    }

    @Test
    void aNameThatIsTakenIsOurs() {
        stub.on(CREATE, error(400, "bad_request", "A sandbox with the name 'x' already exists for this project."))
                .on(GET, sandbox("running", 900));

        assertThat(vercel.create(wanted(null, null, null))).isEqualTo(SANDBOX);
    }

    @Test
    void aBadRequestIsRejectedWhenNothingHasTheName() {
        stub.on(CREATE, error(400, "bad_request", "Invalid request: `timeout` is too long."))
                .on(GET, missing());

        assertThatThrownBy(() -> vercel.create(wanted(null, null, null)))
                .isInstanceOf(RemoteFailure.Rejected.class)
                .hasMessageContaining("too long");
    }

    @ParameterizedTest
    @CsvSource({
        "401, forbidden, Rejected",
        "402, payment_required, Rejected",
        "403, forbidden, Rejected",
        "404, not_found, Rejected",
        "409, image_not_ready, Busy",
        "409, conflict, Rejected",
        "422, snapshot_region_mismatch, Rejected",
        "422, sandbox_stopping, Busy",
        "422, sandbox_snapshotting, Busy",
        "429, rate_limited, Busy",
        "500, internal, Unknown",
        "502, bad_gateway, Unknown",
        "504, timeout, Unknown"
    })
    void aRefusalSaysWhatIsKnown(int status, String code, String kind) {
        stub.on(CREATE, error(status, code, "no, " + VercelTests.TOKEN, "Retry-After", "7"));

        var failure = catchThrowableOfType(RemoteFailure.class, () -> vercel.create(wanted(null, null, null)));

        assertThat(failure.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(VercelTests.trace(failure)).doesNotContain(VercelTests.TOKEN);
        if (failure instanceof RemoteFailure.Busy busy && status == 429) {
            assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void whatIsUnreadableOrLostIsUnknown() {
        for (var answer : List.of(json(200, "{}"), json(200, "<"), hangUp(), html(404), html(302))) {
            stub.on(CREATE, answer);
            assertThatThrownBy(() -> vercel.create(wanted(null, null, null))).isInstanceOf(RemoteFailure.Unknown.class);
        }
    }

    @Test
    void onlyVercelsOwnWordProvesAbsence() {
        stub.on(GET, missing(), html(404), html(404));

        assertThat(vercel.get("caprock-att_1")).isEmpty();
        assertThatThrownBy(() -> vercel.get("caprock-att_1")).isInstanceOf(RemoteFailure.Unknown.class);
        assertThatThrownBy(() -> vercel.destroy("caprock-att_1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void theListOfAnOwnerIsReadToItsEndAndHoldsNobodyElses() {
        stub.on(
                "GET /v2/sandboxes",
                json(200, page("\"caprock-b\"", listed("caprock-a", "owner-1"), listed("caprock-b", "owner-2"))),
                json(200, page("null", listed("caprock-c", "owner-1"))));

        var created = Instant.ofEpochMilli(1_100_500);
        assertThat(vercel.owned("owner-1"))
                .containsExactly(
                        new OwnedSandbox("caprock-a", "ses_1", "att_1", created),
                        new OwnedSandbox("caprock-c", "ses_1", "att_1", created));

        var query = "/v2/sandboxes?project=prj_1&limit=50&sortBy=name&sortOrder=asc&namePrefix=caprock-"
                + "&tags=caprock_owner%3Aowner-1";
        assertThat(stub.requests)
                .extracting(Stub.Request::uri)
                .containsExactly(query + "&teamId=team_1", query + "&cursor=caprock-b&teamId=team_1");
    }

    private static String page(String next, String... items) {
        return "{\"sandboxes\":[%s],\"pagination\":{\"count\":%d,\"next\":%s}}"
                .formatted(String.join(",", items), items.length, next);
    }

    private static String listed(String name, String owner) {
        return """
                {"name":"%s","createdAt":1100500,"status":"stopped",
                 "tags":{"caprock_owner":"%s","caprock_session":"ses_1","caprock_attempt":"att_1"}}""".formatted(name, owner);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"sandboxes\":[{\"name\":\"caprock-a\",\"tags\":{\"caprock_owner\":\"owner-1\"}}]}"})
    void aListThatCannotBeReadIsNotAnEmptyOne(String body) {
        stub.on("GET /v2/sandboxes", json(200, body));

        assertThatThrownBy(() -> vercel.owned("owner-1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aLifeIsExtendedByWhatIsMissing() {
        stub.on(GET, sandbox("running", 400)).on(EXTEND, json(200, "{\"session\":{}}"));

        vercel.extend(SANDBOX, Duration.ofSeconds(600)); // at second 1100; it ends at 1400

        assertThat(stub.requests.getLast().json().toString()).isEqualTo("{\"duration\":300000}");
    }

    @Test
    void aLifeIsNeverShortenedNorMadeLongerThanThePlanAllows() {
        stub.on(GET, sandbox("running", 900), sandbox("running", 3500), sandbox("running", 3600))
                .on(EXTEND, json(200, "{\"session\":{}}"));

        vercel.extend(SANDBOX, Duration.ofSeconds(600));
        assertThat(stub.to(EXTEND)).isEmpty();
        vercel.extend(SANDBOX, Duration.ofHours(1));
        assertThat(stub.requests.getLast().json().toString()).isEqualTo("{\"duration\":100000}");
        vercel.extend(SANDBOX, Duration.ofHours(1));
        assertThat(stub.to(EXTEND)).hasSize(1);
    }

    @Test
    void anExtensionWhoseAnswerIsLostIsLookedForAndNotRepeated() {
        stub.on(GET, sandbox("running", 400), sandbox("running", 700)).on(EXTEND, hangUp());

        vercel.extend(SANDBOX, Duration.ofSeconds(600));

        stub.on(GET, sandbox("running", 400));
        assertThatThrownBy(() -> vercel.extend(SANDBOX, Duration.ofSeconds(600)))
                .isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(stub.to(EXTEND)).hasSize(2);
    }

    @Test
    void whatHasEndedIsNotExtended() {
        stub.on(GET, sandbox("stopped", 400), missing());

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> vercel.extend(SANDBOX, Duration.ofSeconds(600)))
                    .isInstanceOfSatisfying(
                            RemoteFailure.Rejected.class,
                            gone -> assertThat(gone.code()).isEqualTo("sandbox_gone"));
        }
    }

    @Test
    void anExtensionPastThePlanIsRejected() {
        stub.on(GET, sandbox("running", 400)).on(EXTEND, error(400, "sandbox_timeout_invalid", "too long"));

        assertThatThrownBy(() -> vercel.extend(SANDBOX, Duration.ofSeconds(600)))
                .isInstanceOf(RemoteFailure.Rejected.class)
                .hasMessageContaining("sandbox_timeout_invalid");
    }

    @Test
    void aSandboxIsStoppedAndThenDeleted() {
        stub.on(GET, sandbox("running", 900)).on(STOP, sandbox("stopped", 900)).on(DELETE, sandbox("stopped", 900));

        vercel.destroy("caprock-att_1");

        assertThat(stub.lines()).containsExactly(GET, STOP, DELETE);
    }

    @Test
    void aSandboxIsDestroyedThoughEverythingElseHasToWait() {
        stub.on(GET, json(503, "{}", "Retry-After", "60"), sandbox("running", 900))
                .on(STOP, sandbox("stopped", 900))
                .on(DELETE, sandbox("stopped", 900));
        assertThatThrownBy(() -> vercel.get("caprock-att_1")).isInstanceOf(RemoteFailure.Busy.class);
        assertThatThrownBy(() -> vercel.create(wanted(null, null, null))).isInstanceOf(RemoteFailure.Busy.class);

        vercel.destroy("caprock-att_1");

        assertThat(stub.lines()).containsExactly(GET, GET, STOP, DELETE);
    }

    @Test
    void aStopThatAnswersTooEarlyIsWaitedFor() {
        stub.on(
                        GET,
                        sandbox("running", 900),
                        sandbox("running", 900),
                        sandbox("stopping", 900),
                        sandbox("stopped", 900))
                .on(STOP, sandbox("stopping", 900))
                .on(DELETE, json(200, "{}"));

        vercel.destroy("caprock-att_1");

        assertThat(stub.lines()).containsExactly(GET, STOP, GET, GET, GET, DELETE);
    }

    @Test
    void whatDoesNotStopIsNotDeletedBeforeItHas() {
        stub.on(GET, sandbox("stopping", 900)).on(STOP, error(422, "sandbox_stopping", "stopping"));

        assertThatThrownBy(() -> vercel.destroy("caprock-att_1"))
                .isInstanceOfSatisfying(
                        RemoteFailure.Busy.class,
                        busy -> assertThat(busy.code()).isEqualTo("still_stopping"));

        assertThat(stub.to(DELETE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stopped", "failed", "aborted"})
    void whatHasEndedIsOnlyDeleted(String status) {
        stub.on(GET, sandbox(status, 900), missing()).on(DELETE, missing());

        vercel.destroy("caprock-att_1");
        vercel.destroy("caprock-att_1");

        assertThat(stub.lines()).containsExactly(GET, DELETE, GET);
    }

    @Test
    void aDeleteThatFailsIsRepeatable() {
        stub.on(GET, sandbox("running", 900), sandbox("stopped", 900))
                .on(STOP, Stub.gone())
                .on(DELETE, html(502), json(200, "{}"));

        assertThatThrownBy(() -> vercel.destroy("caprock-att_1")).isInstanceOf(RemoteFailure.Unknown.class);
        vercel.destroy("caprock-att_1");

        assertThat(stub.lines()).containsExactly(GET, STOP, GET, DELETE, GET, DELETE);
    }

    @Test
    void whatVercelCannotDoIsSaidBefore() {
        assertThat(vercel.refusals(wanted(null, null, null))).isEmpty();
        assertThat(vercel.refusals(wanted("python3.13", 1, null))).isEmpty();
        assertThat(vercel.refusals(wanted("snap_Ab1", 4, null))).isEmpty();
        assertThat(fromImages.refusals(wanted("own/image:1", 2, null))).isEmpty();
        assertThat(vercel.refusals(wanted("own/image:1", 3, null)))
                .extracting(Refusal::field)
                .containsExactly("vcpus");
    }
}
