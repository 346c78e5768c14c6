package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class RetryAfterTest {

    @Test
    void readsWholeSeconds() {
        assertThat(RetryAfter.read(headers("7"))).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"})
    void isSilentAboutAnythingElse(String value) {
        assertThat(RetryAfter.read(headers(value))).isNull();
    }

    @Test
    void isSilentWithoutHeaders() {
        assertThat(RetryAfter.read(null)).isNull();
        assertThat(RetryAfter.read(new HttpHeaders())).isNull();
    }

    private static HttpHeaders headers(String value) {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, value);
        return headers;
    }
}
