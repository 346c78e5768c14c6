package dev.caprock.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.caprock.LocalCaprock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the Dockerfile and the compose file promise. No engine builds them here. */
class ImageTest {

    private static final Pattern EXACT = Pattern.compile("[a-z-]+:\\d+\\.\\d+[^ ]*-(jdk|jre)-[a-z]+");

    @Test
    void basesAreExactVersionsOfOneJvm() throws IOException {
        List<String> bases = lines("Dockerfile").stream()
                .filter(line -> line.matches("ARG (JDK|JRE)=.*"))
                .map(line -> line.replaceFirst(".*=", ""))
                .toList();

        assertThat(bases).hasSize(2).allMatch(EXACT.asMatchPredicate());
        assertThat(bases.getFirst().replace("-jdk-", "-jre-")).isEqualTo(bases.getLast());
        assertThat(lines("Dockerfile"))
                .filteredOn(line -> line.startsWith("FROM "))
                .containsExactly("FROM ${JDK} AS build", "FROM build AS simulated", "FROM ${JRE} AS caprock");
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("base.name=\"%s\"".formatted(bases.getLast()));
    }

    @Test
    void bothRunAsNobodyInParticular() throws IOException {
        assertThat(lines("Dockerfile"))
                .filteredOn(line -> line.startsWith("USER "))
                .containsExactly("USER 10001:10001", "USER 10001:10001");
    }

    @Test
    void theStartHasTheFlagsThatTheCacheWasMadeWith() throws IOException {
        String dockerfile = Files.readString(Path.of("Dockerfile"));

        assertThat(dockerfile)
                .contains("java @java.options -XX:AOTCacheOutput=caprock.aot")
                .contains("\"java\", \"@/app/java.options\", \"-XX:AOTCache=/app/caprock.aot\"");
        assertThat(lines("src/main/docker/image/java.options")).contains("-XX:+UseCompactObjectHeaders");
    }

    @Test
    void theJarInItKnowsItsCommitThoughNoHistoryGoesIntoTheBuild() throws IOException {
        assertThat(Files.readString(Path.of("Dockerfile")))
                .containsSubsequence(
                        "AS build",
                        "ARG REVISION",
                        "'git.commit.id=%s\\n' \"$REVISION\" > src/main/resources/git.properties",
                        "package",
                        "AS caprock",
                        "ARG REVISION");
    }

    @Test
    void nothingButSourcesGoesIntoTheBuild() throws IOException {
        assertThat(lines(".dockerignore").stream().filter(line -> !line.startsWith("#")))
                .containsExactly(
                        "*",
                        "!.mvn",
                        "!mvnw",
                        "!pom.xml",
                        "!src/main",
                        "!src/test",
                        "src/test/conformance/node_modules");
    }

    @ParameterizedTest
    @ValueSource(strings = {"caprock", "postgres"})
    void composedServicesAreConfined(String name) throws IOException {
        Map<?, ?> service = service(name);

        assertThat(service.get("read_only")).isEqualTo(true);
        assertThat(service.get("cap_drop")).isEqualTo(List.of("ALL"));
        assertThat(service.get("security_opt")).isEqualTo(List.of("no-new-privileges:true"));
        assertThat((List<?>) service.get("tmpfs")).first().isEqualTo("/tmp");
        assertThat(service.containsKey("privileged")).isFalse();
    }

    @Test
    void caprockWaitsForItsDatabase() throws IOException {
        assertThat(service("caprock").get("depends_on"))
                .isEqualTo(Map.of("postgres", Map.of("condition", "service_healthy")));
        assertThat(service("postgres").get("healthcheck")).isNotNull();
        assertThat(service("postgres").get("volumes")).isEqualTo(List.of("database:/var/lib/postgresql"));
        assertThat(service("postgres").get("image").toString()).matches("postgres:\\d+\\.\\d+-[a-z]+");
        assertThat(service("caprock").get("ports")).isEqualTo(List.of("127.0.0.1:8080:8080"));
    }

    @Test
    void withTheSimulatorsItNeedsNothingElse() throws IOException {
        Map<?, ?> simulated = service("simulated");

        assertThat(simulated.get("profiles")).isEqualTo(List.of("simulators"));
        assertThat(((Map<?, ?>) simulated.get("build")).get("target")).isEqualTo("simulated");
        assertThat(simulated.get("cap_drop")).isEqualTo(List.of("ALL"));
        assertThat(simulated.get("ports")).isEqualTo(List.of("127.0.0.1:8080:8080"));
        assertThat(simulated.containsKey("env_file")).isFalse();
        assertThat(simulated.containsKey("depends_on")).isFalse();
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("\"%s\"".formatted(LocalCaprock.class.getName()));
    }

    @Test
    void secretsAreNowhereButInTheEnvironmentFile() throws IOException {
        assertThat(service("caprock").get("env_file")).isEqualTo(".env");
        assertThat(lines(".gitignore")).contains(".env");
        assertThat(lines(".env.example"))
                .filteredOn(line -> line.contains("="))
                .isNotEmpty()
                .allMatch(line -> line.matches("#?[A-Z0-9_]+=<.+>|# .*"));
    }

    /** The health check speaks HTTP by itself, as far as it must. */
    @ParameterizedTest
    @CsvSource({"200, 0", "503, 1", "404, 1"})
    void aReplicaIsHealthyWhenItSaysThatItIsReady(int status, int exit) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext("/actuator/health/readiness", exchange -> {
            exchange.sendResponseHeaders(status, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        try {
            assertThat(healthy(server.getAddress().getPort())).isEqualTo(exit);
        } finally {
            server.stop(0);
        }
        assertThat(healthy(server.getAddress().getPort())).as("gone").isEqualTo(1);
    }

    private static int healthy(int port) throws Exception {
        var check = new ProcessBuilder("bash", "src/main/docker/image/healthy")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        check.environment().put("SERVER_PORT", Integer.toString(port));
        check.environment().remove("MANAGEMENT_SERVER_PORT");
        return check.start().waitFor();
    }

    private static Map<?, ?> service(String name) throws IOException {
        Map<String, Map<String, Map<?, ?>>> compose = new Yaml().load(Files.readString(Path.of("docker-compose.yml")));
        return compose.get("services").get(name);
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of(file));
    }
}
