package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** Whose address a request has, and so an audit record, where a proxy is before the service: with our own configuration file. */
class ForwardedAddressTest {

    private static final String STRATEGY = "server.forward-headers-strategy";
    private static final String PROXIES = "server.tomcat.remoteip.internal-proxies";

    @Test
    void byDefaultNobodyIsBelievedWhoTheyAre() throws Exception {
        assertThat(seen(Map.of())).isEqualTo("127.0.0.1");
    }

    @Test
    void aProxyThatTheOperatorNamesIsBelieved() throws Exception {
        assertThat(seen(Map.of(STRATEGY, "native", PROXIES, "127\\.0\\.0\\.1"))).isEqualTo("192.0.2.7");
    }

    @Test
    void anybodyElseIsNot() throws Exception {
        assertThat(seen(Map.of(STRATEGY, "native", PROXIES, "10\\.1\\.2\\.3"))).isEqualTo("127.0.0.1");
    }

    @ImportAutoConfiguration(TomcatServletWebServerAutoConfiguration.class)
    static class Server {

        @Bean
        ServletRegistrationBean<HttpServlet> echo() {
            return new ServletRegistrationBean<>(new Echo(), "/*");
        }
    }

    private static final class Echo extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(request.getRemoteAddr());
        }
    }

    private static String seen(Map<String, Object> properties) throws IOException, InterruptedException {
        try (var context = new SpringApplicationBuilder(Server.class)
                        .properties(Map.of("server.port", 0, "server.address", "127.0.0.1"))
                        .run(properties.entrySet().stream()
                                .map(entry -> "--" + entry.getKey() + "=" + entry.getValue())
                                .toArray(String[]::new));
                var client = HttpClient.newHttpClient()) {
            String port = context.getEnvironment().getRequiredProperty("local.server.port");
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .header("X-Forwarded-For", "192.0.2.7")
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }
}
