package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorBodyTest {

    @Test
    void readsAnErrorThatIsWrapped() {
        assertThat(read("{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no such repo\",\"trace_id\":\"t\"}}"))
                .isEqualTo(new ErrorBody("NOT_FOUND", "no such repo"));
    }

    @Test
    void readsAnErrorAtTheTopWhoseCodeIsANumber() {
        assertThat(read("{\"code\":404,\"message\":\"sandbox not found\"}"))
                .isEqualTo(new ErrorBody("404", "sandbox not found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>Bad gateway</html>", "[]", "null", "\"text\"", "{\"error\":\"text\"}", "{"})
    void staysEmptyForWhatItDoesNotKnow(String body) {
        assertThat(read(body)).isEqualTo(new ErrorBody("", ""));
        assertThat(read(body).describe()).isEmpty();
    }

    @Test
    void cutsALongMessage() {
        assertThat(read("{\"message\":\"" + "x ".repeat(1000) + "\"}").message())
                .hasSize(301);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mesa_0123456789abcdef",
                "mesa_private_key_acme_MC4CAQAwBQ",
                "e2b_0123456789abcdef",
                "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2lnbmF0dXJl-_x",
                "Bearer anything-at-all",
                "bearer eyJhbGciOiJIUzI1NiJ9.eyJp",
            })
    void masksWhatLooksLikeACredential(String secret) {
        var error = read("{\"code\":\"%s\",\"message\":\"cannot take %s here\"}".formatted(secret, secret));

        assertThat(error).isEqualTo(new ErrorBody("***", "cannot take *** here"));
    }

    @Test
    void masksACredentialThatTheCutWouldHalve() {
        assertThat(read("{\"message\":\"" + "x ".repeat(145) + "mesa_0123456789abcdef\"}")
                        .message())
                .doesNotContain("mesa_");
    }

    @Test
    void leavesOrdinaryWordsAlone() {
        assertThat(read("{\"message\":\"repo mesa-notes of session sk-1 is taken\"}")
                        .message())
                .isEqualTo("repo mesa-notes of session sk-1 is taken");
    }

    private static ErrorBody read(String body) {
        return ErrorBody.read(body.getBytes(StandardCharsets.UTF_8));
    }
}
