package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caprock.SeenObservations;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What metrics and traces are told of calls. */
class ObservedCallsTest {

    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final SeenObservations seen = new SeenObservations();
    private final TurnedClock clock = new TurnedClock();
    private final StubServer server = new StubServer();
    private final Remote remote;

    ObservedCallsTest() throws IOException {
        remote = new Remotes(RemoteSettings.DEFAULTS, clock, seen.registry()).named("stub");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "200, ok",
        "201, ok",
        "404, rejected",
        "409, rejected",
        "429, busy",
        "503, busy",
        "500, unknown",
        "302, unknown"
    })
    void aCallIsToldApartByRemoteAndNameAndPurposeAndOutcomeAlone(int status, String outcome) {
        server.answer(status, "{}");

        retrieve();

        assertThat(few())
                .isEqualTo(Map.of("remote", "stub", "call", "read word", "purpose", "look", "outcome", outcome));
        assertThat(seen.last().getName()).isEqualTo("caprock.remote.calls");
        assertThat(seen.last().getContextualName()).isEqualTo("stub read word");
        assertThat(seen.last().getError() == null).isEqualTo(outcome.equals("ok"));
        assertThat(many()).containsOnly(Map.entry("http.response.status_code", "" + status));
    }

    @Test
    void anAnswerThatRefusesIsRejectedThoughItsReaderThrowsNothing() {
        server.answer(404, "");

        int status = remote.call(
                "find word", () -> remote.open("find word", request(), PATIENT).statusCode());

        assertThat(status).isEqualTo(404);
        assertThat(few()).containsEntry("outcome", "rejected").containsEntry("purpose", "work");
        assertThat(many()).containsOnly(Map.entry("http.response.status_code", "404"));
    }

    @Test
    void aCallThatOurOwnGuardsHoldBackIsRefusedAndNotBusy() {
        server.answer(503, "", "Retry-After", "60");
        retrieve();

        retrieve();

        assertThat(few()).containsEntry("outcome", "refused");
        assertThat(many()).isEmpty();
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void aCallThatFindsNobodyThereIsBusy() {
        server.close();

        retrieve();

        assertThat(few()).containsEntry("outcome", "busy");
    }

    @Test
    void whatARemoteSaysStaysOutOfIt() {
        server.answer(400, "{\"error\":{\"code\":\"hunter2\",\"message\":\"hunter2\"}}");

        retrieve();

        assertThat(seen.last().getError()).hasMessage("rejected").hasNoCause();
        assertThat(seen.last().getError()).extracting(Throwable::getStackTrace).isEqualTo(new StackTraceElement[0]);
        assertThat(seen.last().toString()).doesNotContain("hunter2");
    }

    @Test
    void oneThatIsGuardedByNothingIsObservedToo() {
        server.answer(200, "");

        int status = remote.callUnguarded(
                Purpose.LOOK,
                "await word",
                () -> remote.open("await word", request(), PATIENT).statusCode());

        assertThat(status).isEqualTo(200);
        assertThat(few()).containsEntry("call", "await word").containsEntry("outcome", "ok");
    }

    @Test
    void evenOneThatDiesIsCounted() {
        var death = catchThrowableOfType(
                AssertionError.class,
                () -> remote.call("read word", () -> {
                    throw new AssertionError("dead");
                }));

        assertThat(death).isNotNull();
        assertThat(few()).containsEntry("outcome", "unknown");
        assertThat(seen.registry().getCurrentObservation()).isNull();
    }

    private void retrieve() {
        var rest = remote.rest(server.uri().toString(), PATIENT).build();
        try {
            remote.call(
                    Purpose.LOOK,
                    "read word",
                    () -> rest.get().uri("/word").retrieve().toBodilessEntity());
        } catch (RemoteFailure expected) {
            assertThat(expected.operation()).isEqualTo("read word");
        }
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(server.uri().resolve("/word")).build();
    }

    private Map<String, String> few() {
        return SeenObservations.few(seen.last());
    }

    private Map<String, String> many() {
        return SeenObservations.many(seen.last());
    }
}
