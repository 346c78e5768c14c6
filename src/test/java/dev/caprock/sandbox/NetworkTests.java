package dev.caprock.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.remote.RemoteFailure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTests {

    private static final Network NETWORK = new Network(
            List.of("mesa.dev", "*.example.com"),
            List.of(new Network.Injection("api.example.com", Map.of("authorization", "Bearer canary-key-123456"))));

    @ParameterizedTest
    @CsvSource({
        "mesa.dev, true",
        "api.mesa.dev, false",
        "a.example.com, true",
        "a.b.example.com, true",
        "*.b.example.com, true",
        "example.com, false",
        "badexample.com, false",
        "*.com, false"
    })
    void aWildcardIsForAllBelowIt(String host, boolean allowed) {
        assertThat(NETWORK.allows(host)).isEqualTo(allowed);
        assertThat(Network.OPEN.allows(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.com", "*.a.com", "localhost", "10.0.0.1", "a-b.c1"})
    void theseAreHosts(String host) {
        assertThat(HostPattern.problem(host)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "a*.com",
                "a.*.com",
                "a..b",
                ".a",
                "a.",
                "-a.b",
                "a-.b",
                "https://a.b",
                "a.b:443",
                "A.b",
                "a b"
            })
    void theseAreNot(String host) {
        assertThat(HostPattern.problem(host)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bad header \"Bearer canary-key-123456\"",
                "not a key: canary-key-123456",
                "bad header Bearer canary-key-…",
                "cut canary-k"
            })
    void whatARemoteQuotesOfAValueIsMasked(String words) {
        var failure = new RemoteFailure.Busy("e2b", "create sandbox", 429, "slow", words, null, null);

        RemoteFailure masked = failure.reworded(NETWORK::masked);

        assertThat(masked).isInstanceOf(RemoteFailure.Busy.class);
        assertThat(masked.status()).isEqualTo(429);
        assertThat(masked.code()).isEqualTo("slow");
        assertThat(masked).hasMessageStartingWith("e2b: create sandbox: ").hasMessageContaining("***");
        assertThat(masked.getMessage()).doesNotContain("canary-k");
    }

    @Test
    void noValueIsPrinted() {
        assertThat(NETWORK.toString()).contains("api.example.com").doesNotContain("canary");
    }
}
