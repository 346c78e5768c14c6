package dev.caprock.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.CaprockApplication;
import dev.caprock.TestDatabaseConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;

/** As the chart runs it: health has a port of its own, which the same gate guards. */
@SpringBootTest(
        classes = {CaprockApplication.class, TestDatabaseConfiguration.class},
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "caprock.access.scrape-token=" + ManagementPortTest.TOKEN,
            "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "caprock.mesa.api-key=none",
            "caprock.mesa.api-url=http://127.0.0.1:9/v1",
            "caprock.e2b.api-key=none",
            "caprock.e2b.api-url=http://127.0.0.1:9"
        })
class ManagementPortTest {

    static final String TOKEN = "what-the-chart-has-prometheus-send";

    @LocalManagementPort
    private int management;

    @LocalServerPort
    private int callers;

    @ParameterizedTest
    @ValueSource(strings = {"liveness", "readiness", "startup"})
    void probesAreAnsweredThere(String probe) throws Exception {
        assertThat(status(management, "/actuator/health/" + probe)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator/info", "/actuator/prometheus", "/v1/sessions"})
    void theRestNeedsAKeyThereToo(String path) throws Exception {
        assertThat(status(management, path)).isEqualTo(401);
    }

    @Test
    void whoBearsTheScrapeTokenReadsMetricsThereAndNothingElse() throws Exception {
        assertThat(status(management, "/actuator/prometheus", "Bearer " + TOKEN))
                .isEqualTo(200);
        assertThat(status(management, "/actuator/prometheus", "Bearer another-token-that-is-as-long-as-it"))
                .isEqualTo(401);
        assertThat(status(management, "/actuator/info", "Bearer " + TOKEN)).isEqualTo(403);
        assertThat(status(callers, "/actuator/prometheus", "Bearer " + TOKEN)).isEqualTo(404);
        assertThat(status(callers, "/v1/sessions", "Bearer " + TOKEN)).isEqualTo(403);
    }

    @Test
    void callersDoNotSeeIt() throws Exception {
        assertThat(status(callers, "/actuator/health/readiness")).isEqualTo(404);
        assertThat(status(callers, "/v1/sessions")).isEqualTo(401);
    }

    private static int status(int port, String path, String... authorization) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var asked = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            Stream.of(authorization).forEach(value -> asked.header("Authorization", value));
            HttpRequest request = asked.build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
