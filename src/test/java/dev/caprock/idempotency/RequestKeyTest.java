package dev.caprock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestKeyTest {

    record Old(String name, Map<String, String> labels) {}

    record New(
            String name,
            Map<String, String> labels,
            @Nullable String added) {}

    @Test
    void aFieldThatALaterReleaseAddsMakesNoOtherRequest() {
        var labels = new TreeMap<>(Map.of("b", "2", "a", "1"));
        RequestKey key = key("POST", "/v1/sessions", "acme");

        byte[] before = key.fingerprint(Idempotency.text(new Old("x", labels)));

        assertThat(Idempotency.text(new New("x", Map.of("b", "2", "a", "1"), null)))
                .asString()
                .isEqualTo("{\"name\":\"x\",\"labels\":{\"a\":\"1\",\"b\":\"2\"}}");
        assertThat(key.fingerprint(Idempotency.text(new New("x", labels, null))))
                .isEqualTo(before);
        assertThat(key.fingerprint(Idempotency.text(new New("x", labels, "y")))).isNotEqualTo(before);
    }

    @Test
    void aKeyIsOneTenantsForOneRoute() {
        String mine = hex(key("POST", "/v1/sessions", "acme"));

        assertThat(hex(key("POST", "/v1/sessions", "acme"))).isEqualTo(mine);
        assertThat(hex(key("POST", "/v1/sessions", "other"))).isNotEqualTo(mine);
        assertThat(hex(key("POST", "/v1/webhooks", "acme"))).isNotEqualTo(mine);
    }

    private static String hex(RequestKey key) {
        return HexFormat.of().formatHex(key.request());
    }

    private static RequestKey key(String method, String path, String tenant) {
        var request = new MockHttpServletRequest(method, path);
        request.addHeader("Idempotency-Key", "k");
        return RequestKey.of(request, tenant).orElseThrow();
    }
}
