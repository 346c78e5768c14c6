package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteTest {

    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration HASTY = Duration.ofMillis(200);

    private final StubServer server;
    private final Remote remote = new Remotes().named("stub");

    RemoteTest() throws IOException {
        server = new StubServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void givesBackWhatTheCallReturns() {
        server.answer(200, "{\"word\":\"hello\"}");

        assertThat(get(server.uri(), PATIENT)).isEqualTo(new Body("hello"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 406, 409, 422})
    void takesAnAnswerThatRefusesForRejected(int status) {
        server.answer(status, "{\"error\":{\"code\":\"NO\",\"message\":\"not so\"}}");

        var failure = failure(RemoteFailure.Rejected.class);

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.code()).isEqualTo("NO");
        assertThat(failure.isAbsent()).isEqualTo(status == 404);
        assertThat(failure).hasMessage("stub: read word: answered %d NO (not so)".formatted(status));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void takesAnAnswerThatPutsUsOffForBusy(int status) {
        server.answer(status, "", "Retry-After", "3");

        var failure = failure(RemoteFailure.Busy.class);

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 504})
    void takesAServerErrorForUnknown(int status) {
        server.answer(status, "<html>oops</html>");

        assertThat(failure(RemoteFailure.Unknown.class).status()).isEqualTo(status);
    }

    @Test
    void takesARedirectForUnknownAndDoesNotFollowIt() {
        server.answer(302, "", "Location", server.uri() + "/elsewhere");

        assertThat(failure(RemoteFailure.Unknown.class).status()).isEqualTo(302);
        assertThat(server.lines()).containsExactly("GET /word");
    }

    @Test
    void takesARefusedConnectionForBusySinceNothingWasSent() {
        server.close();

        assertThat(failure(RemoteFailure.Busy.class).code()).isEqualTo("unreachable");
    }

    @Test
    void takesADroppedConnectionForUnknown() {
        server.drop();
        var rest = remote.rest(server.uri().toString(), PATIENT).build();

        var failure = catchThrowableOfType(
                RemoteFailure.Unknown.class,
                () -> remote.call(
                        "write word", () -> rest.post().uri("/word").retrieve().toBodilessEntity()));

        assertThat(failure.code()).isEqualTo("no_answer");
        assertThat(server.lines()).containsExactly("POST /word");
    }

    @Test
    void takesSilenceForUnknown() {
        server.hang();

        var failure = catchThrowableOfType(RemoteFailure.Unknown.class, () -> get(server.uri(), HASTY));

        assertThat(failure.code()).isEqualTo("no_answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mesa_0123456789abcdef", "{\"word\":{\"key\":\"mesa_0123456789abcdef\"}}", "{\"word\":"})
    void takesAnUnreadableSuccessForUnknownAndQuotesNothingOfIt(String body) {
        server.answer(200, body);

        var failure = failure(RemoteFailure.Unknown.class);

        assertThat(failure.code()).isEqualTo("unreadable");
        assertThat(printed(failure)).doesNotContain("0123456789abcdef");
    }

    @Test
    void holdsNoSecretThatARemoteEchoes() {
        server.answer(401, "{\"error\":{\"code\":\"UNAUTHENTICATED\",\"message\":\"bad key mesa_0123456789abcdef\"}}");

        assertThat(printed(failure(RemoteFailure.Rejected.class)))
                .contains("bad key ***")
                .doesNotContain("0123456789abcdef");
    }

    private <F extends RemoteFailure> F failure(Class<F> kind) {
        return catchThrowableOfType(kind, () -> get(server.uri(), PATIENT));
    }

    private Body get(URI uri, Duration timeout) {
        return get(remote, uri, timeout);
    }

    private static Body get(Remote remote, URI uri, Duration timeout) {
        var rest = remote.rest(uri.toString(), timeout).build();
        return remote.call("read word", () -> rest.get().uri("/word").retrieve().requiredBody(Body.class));
    }

    private static String printed(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private record Body(String word) {}
}
