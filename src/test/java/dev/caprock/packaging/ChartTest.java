package dev.caprock.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.LintResult;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretKeySelector;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

class ChartTest {

    /** How long a replica may take to hand over and end, as ReplicasIT holds it to. */
    private static final Duration HAND_OVER = Duration.ofSeconds(10);

    static List<String> valueSets() {
        return Chart.valueSets();
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void strictLintFindsNothing(String set) throws IOException {
        LintResult lint = Chart.lint(set);

        assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();
        assertThat(lint.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void everyManifestIsOneThatKubernetesKnows(String set) {
        Manifests manifests = Chart.render(set);

        assertThat(manifests.every(V1Deployment.class)).hasSize(1);
        assertThat(manifests.every(V1Pod.class)).as("helm test").hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void rollingLosesNothing(String set) {
        V1Deployment deployment = Chart.render(set).one(V1Deployment.class);
        var rolling = deployment.getSpec().getStrategy().getRollingUpdate();
        V1PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        long drain =
                container(deployment).getLifecycle().getPreStop().getSleep().getSeconds();

        assertThat(rolling.getMaxUnavailable().getIntValue()).isZero();
        assertThat(rolling.getMaxSurge().getIntValue()).isPositive();
        assertThat(drain).isPositive();
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds()))
                .isGreaterThan(Duration.ofSeconds(drain).plus(HAND_OVER))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @MethodSource("valueSets")
    void nothingRunsAsRootOrWritesOutsideOfTmp(String set) {
        Manifests manifests = Chart.render(set);

        assertThat(Stream.concat(
                        manifests.every(V1Pod.class).stream().map(V1Pod::getSpec),
                        manifests.every(V1Deployment.class).stream()
                                .map(deployment ->
                                        deployment.getSpec().getTemplate().getSpec())))
                .hasSize(2)
                .allSatisfy(ChartTest::isConfined);
    }

    private static void isConfined(V1PodSpec pod) {
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getContainers()).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getResources().getLimits()).containsKey("memory");
        });
    }

    @Test
    void theTestPodIsNoReplica() {
        Manifests manifests = Chart.render("minimal");

        assertThat(manifests.one(V1Pod.class).getMetadata().getLabels().entrySet())
                .doesNotContainAnyElementsOf(
                        manifests.one(V1Deployment.class).getSpec().getSelector().getMatchLabels().entrySet().stream()
                                .filter(label -> label.getKey().endsWith("component"))
                                .toList());
    }

    @Test
    void secretsMayBeFilesThatNoVariableHolds() {
        V1Deployment deployment =
                Chart.render("minimal", "secret: {asFiles: true}").one(V1Deployment.class);
        V1Container caprock = container(deployment);
        String folder = caprock.getEnv().stream()
                .filter(variable -> variable.getName().equals("CAPROCK_SECRETS_DIRECTORY"))
                .findFirst()
                .orElseThrow()
                .getValue();

        assertThat(caprock.getEnvFrom()).isNullOrEmpty();
        assertThat(caprock.getVolumeMounts())
                .filteredOn(mount -> mount.getMountPath().equals(folder))
                .allSatisfy(mount -> {
                    assertThat(mount.getReadOnly()).isTrue();
                    assertThat(deployment.getSpec().getTemplate().getSpec().getVolumes())
                            .filteredOn(volume -> volume.getName().equals(mount.getName()))
                            .allSatisfy(volume -> assertThat(volume.getSecret().getSecretName())
                                    .isEqualTo("caprock"))
                            .hasSize(1);
                })
                .hasSize(1);
    }

    @Test
    void minimalTakesTheAccountFromTheSecretAndBringsNoPolicy() {
        Manifests manifests = Chart.render("minimal");
        V1Container caprock = container(manifests.one(V1Deployment.class));

        assertThat(caprock.getEnvFrom())
                .extracting(from -> from.getSecretRef().getName())
                .containsExactly("caprock");
        assertThat(caprock.getEnv()).extracting(V1EnvVar::getName).doesNotContain("SPRING_DATASOURCE_PASSWORD");
        assertThat(manifests.every(V1Secret.class)).isEmpty();
        assertThat(manifests.every(V1ConfigMap.class)).isEmpty();
        assertThat(manifests.every(V1NetworkPolicy.class)).isEmpty();
        assertThat(manifests.every(V2HorizontalPodAutoscaler.class)).isEmpty();
        assertThat(manifests.one(V1PodDisruptionBudget.class).getSpec().getUnhealthyPodEvictionPolicy())
                .isEqualTo("AlwaysAllow");
    }

    @Test
    void aTrialKeepsItsSecretsInASecret() {
        Manifests manifests = Chart.render("trial");

        assertThat(manifests.one(V1Secret.class).getStringData())
                .containsKeys("CAPROCK_MASTER_KEY", "MESA_API_KEY", "SPRING_DATASOURCE_PASSWORD");
        assertThat(container(manifests.one(V1Deployment.class)).toJson()).doesNotContain("not-a-");
    }

    @Test
    void productionHasThreeReplicasADatabaseOfItsOwnAndAFence() {
        Manifests manifests = Chart.render("production");
        V1Deployment deployment = manifests.one(V1Deployment.class);
        V1PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        V1NetworkPolicy fence = manifests.one(V1NetworkPolicy.class);

        assertThat(deployment.getSpec().getReplicas()).isEqualTo(3);
        assertThat(container(deployment).getImage()).contains("@sha256:");
        assertThat(container(deployment).getEnv())
                .filteredOn(variable -> variable.getName().equals("SPRING_DATASOURCE_PASSWORD"))
                .extracting(
                        variable -> variable.getValueFrom().getSecretKeyRef().getName())
                .containsExactly("caprock-database");
        assertThat(pod.getTopologySpreadConstraints()).hasSize(2).allSatisfy(spread -> {
            assertThat(spread.getWhenUnsatisfiable()).isEqualTo("DoNotSchedule");
            assertThat(spread.getLabelSelector().getMatchLabels())
                    .isEqualTo(deployment.getSpec().getSelector().getMatchLabels());
        });
        assertThat(manifests.one(V1ConfigMap.class).getData().get("application.yaml"))
                .contains("e2b: 100");
        assertThat(fence.getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(deployment.getSpec().getSelector().getMatchLabels());
        assertThat(fence.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(fence.getSpec().getIngress().getFirst().getFrom()).hasSize(2);
        assertThat(fence.getSpec().getEgress().get(1).getTo())
                .extracting(peer -> peer.getIpBlock().getCidr())
                .containsExactly("10.20.0.0/24");
    }

    @Test
    void probesGoToThePortThatCallersDoNotSee() {
        Manifests manifests = Chart.render("monitored");
        V1Container caprock = container(manifests.one(V1Deployment.class));

        assertThat(Stream.of(caprock.getStartupProbe(), caprock.getLivenessProbe(), caprock.getReadinessProbe()))
                .allSatisfy(probe ->
                        assertThat(probe.getHttpGet().getPort().getStrValue()).isEqualTo("management"))
                .extracting(probe -> probe.getHttpGet().getPath())
                .containsExactly("/actuator/health/startup", "/actuator/health/liveness", "/actuator/health/readiness");
        assertThat(caprock.getPorts())
                .extracting(port -> port.getContainerPort())
                .containsExactly(8080, 9090);
        assertThat(caprock.getEnv())
                .filteredOn(variable -> variable.getName().equals("MANAGEMENT_SERVER_PORT"))
                .extracting(V1EnvVar::getValue)
                .containsExactly("9090");
        assertThat(manifests.every(V1Service.class))
                .filteredOn(service -> service.getMetadata().getName().equals("caprock"))
                .singleElement()
                .satisfies(service -> assertThat(service.getSpec().getPorts())
                        .hasSize(1)
                        .first()
                        .satisfies(port ->
                                assertThat(port.getTargetPort().getStrValue()).isEqualTo("http")));
    }

    @Test
    void whatIsMonitoredIsScrapedAndScaledByItsLiveSessions() {
        Manifests manifests = Chart.render("monitored");
        var metric = manifests
                .one(V2HorizontalPodAutoscaler.class)
                .getSpec()
                .getMetrics()
                .getFirst()
                .getPods();
        Map<?, ?> monitor = manifests.custom("ServiceMonitor");
        Map<?, ?> endpoint = (Map<?, ?>) ((List<?>) ((Map<?, ?>) monitor.get("spec")).get("endpoints")).getFirst();

        assertThat(metric.getMetric().getName()).isEqualTo("caprock_sessions_live");
        assertThat(metric.getTarget().getAverageValue().getNumber()).isEqualByComparingTo("150");
        assertThat(manifests.one(V1Deployment.class).getSpec().getReplicas())
                .as("else each upgrade would scale it back")
                .isNull();
        assertThat(endpoint.get("port")).isEqualTo("management");
        assertThat(endpoint.get("path")).isEqualTo("/actuator/prometheus");
        assertThat(manifests.every(V1Service.class))
                .filteredOn(
                        service -> service.getMetadata().getLabels().entrySet().containsAll(selected(monitor)))
                .singleElement()
                .satisfies(service -> assertThat(
                                service.getSpec().getPorts().getFirst().getPort())
                        .isEqualTo(9090));
    }

    @Test
    void prometheusSendsTheTokenThatTheReplicasTake() {
        Manifests manifests = Chart.render("monitored");
        Map<?, ?> monitor = (Map<?, ?>) manifests.custom("ServiceMonitor").get("spec");
        Map<?, ?> endpoint = (Map<?, ?>) ((List<?>) monitor.get("endpoints")).getFirst();

        assertThat(endpoint.get("authorization"))
                .isEqualTo(Map.of("type", "Bearer", "credentials", Map.of("name", "caprock-scrape", "key", "token")));
        assertThat(scrapeToken(manifests)).singleElement().satisfies(taken -> {
            assertThat(taken.getName()).isEqualTo("caprock-scrape");
            assertThat(taken.getKey()).isEqualTo("token");
        });
        assertThat(scrapeToken(Chart.render("production"))).isEmpty();
    }

    /** A Prometheus without the operator bears it too. */
    @Test
    void theTokenIsTakenWithoutTheOperator() {
        Manifests manifests =
                Chart.render("minimal", "metrics: {serviceMonitor: {authorization: {secret: scrape, key: bearer}}}");

        assertThat(scrapeToken(manifests))
                .extracting(V1SecretKeySelector::getKey)
                .containsExactly("bearer");
        assertThat(manifests.every(Map.class)).isEmpty();
    }

    private static List<V1SecretKeySelector> scrapeToken(Manifests manifests) {
        return container(manifests.one(V1Deployment.class)).getEnv().stream()
                .filter(variable -> variable.getName().equals("CAPROCK_SCRAPE_TOKEN"))
                .map(variable -> variable.getValueFrom().getSecretKeyRef())
                .toList();
    }

    @Test
    void whoScrapesGetsThroughTheFence() {
        Manifests manifests = Chart.render("monitored");

        assertThat(manifests.one(V1NetworkPolicy.class).getSpec().getIngress().get(1))
                .satisfies(scraping -> {
                    assertThat(scraping.getPorts().getFirst().getPort().getStrValue())
                            .isEqualTo("management");
                    assertThat(scraping.getFrom()).hasSize(1);
                });
    }

    @Test
    void theRulesAreTheAlertsOfThisReleaseWithLinksToWhatToDo() throws IOException {
        Map<?, ?> rule = Chart.render("monitored").custom("PrometheusRule");
        String links = "https://git.example.com/caprock/src/docs/";
        Object file = new Yaml()
                .load(Files.readString(Chart.FOLDER.resolve("alerts/caprock.yaml"))
                        .replace("runbook_url: src/docs/", "runbook_url: " + links)
                        .replace(
                                "absent(caprock_replicas)",
                                "absent(caprock_replicas{namespace=\"agents\",service=\"caprock-metrics\"})"));

        assertThat(((Map<?, ?>) ((Map<?, ?>) rule.get("metadata")).get("labels")).get("release"))
                .isEqualTo("prometheus");
        assertThat(rule.get("spec")).isEqualTo(file);
        assertThat(file.toString())
                .contains(
                        "service=\"caprock-metrics\"",
                        links + "operate.md#caprockdown",
                        "{{ $value | humanizeDuration }}");
    }

    /** Then they say where in the source to read. */
    @Test
    void withoutAnAddressOfTheGuideTheLinksStayAsTheyAre() {
        String rendered = Chart.template(Chart.valuesOf("minimal"), "metrics: {rules: {enabled: true}}");

        assertThat(rendered).contains("runbook_url: src/docs/operate.md#caprockdown");
    }

    @Test
    void theDashboardIsFoundByItsLabel() throws IOException {
        V1ConfigMap dashboard = Chart.render("monitored").one(V1ConfigMap.class);

        assertThat(dashboard.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(JsonMapper.shared().readTree(dashboard.getData().get("caprock.json")))
                .isEqualTo(JsonMapper.shared()
                        .readTree(
                                Chart.FOLDER.resolve("dashboards/caprock.json").toFile()));
    }

    /** What only looks needs no custom resource. */
    @Test
    void theDashboardIsThereWithoutTheOperator() {
        Manifests manifests = Chart.render("minimal", "metrics: {dashboard: {enabled: true}}");

        assertThat(manifests.every(V1ConfigMap.class)).hasSize(1);
        assertThat(manifests.every(Map.class)).isEmpty();
    }

    private static List<Map.Entry<String, String>> selected(Map<?, ?> monitor) {
        Map<?, ?> selector = (Map<?, ?>) ((Map<?, ?>) monitor.get("spec")).get("selector");
        return ((Map<?, ?>) selector.get("matchLabels"))
                .entrySet().stream()
                        .map(label -> Map.entry(
                                label.getKey().toString(), label.getValue().toString()))
                        .toList();
    }

    @Test
    void withoutTheOperatorNothingOfItsIsRendered() {
        assertThat(Chart.template(Chart.valuesOf("production"), "")).doesNotContain("monitoring.coreos.com");
    }

    @Test
    void changedConfigurationRollsTheReplicas() {
        assertThat(checksum("config: {server: {port: 8080}}")).isNotEqualTo(checksum("config: {}"));
    }

    private static String checksum(String values) {
        return Chart.render("minimal", values)
                .one(V1Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .get("checksum/config");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    replicas: three                            | /replicas    | integer
                    replica: 3                                 |              | 'replica'
                    image: {digest: latest}                    | /image/digest | pattern
                    image: {pullPolicy: Sometimes}             | /image/pullPolicy | 'Always'
                    database: {url: 'postgres://db/caprock'}   | /database/url | pattern
                    management: {port: 8080}                   | /management/port | not
                    management: {port: 80800}                  | /management/port | 65
                    shutdown: {drainSeconds: 0}                | /shutdown/drainSeconds | minimum
                    disruptionBudget: {maxUnavailable: 0}      | /disruptionBudget/maxUnavailable | minimum
                    networkPolicy: {callers: everybody}        | /networkPolicy/callers | array
                    secret: {values: {mesa-key: x}}            |              | 'mesa-key'
                    metrics: {serviceMonitor: {enabled: 'yes'}} | /metrics/serviceMonitor/enabled | boolean
                    metrics: {rules: {enabled: 'yes'}}         | /metrics/rules/enabled | boolean
                    metrics: {rules: {runbooks: /docs}}        | /metrics/rules/runbooks | pattern
                    metrics: {rules: {alerts: {}}}             |              | 'alerts'
                    metrics: {dashboard: {enabled: 1}}         | /metrics/dashboard/enabled | boolean
                    metrics: {dashboard: {labels: {a: 1}}}     | /metrics/dashboard/labels/a | string
                    """)
    void aWrongValueIsRefusedByName(String values, String place, String complaint) {
        assertThatThrownBy(() -> Chart.render("minimal", values))
                .hasMessageContaining("don't meet the specifications of the schema")
                .hasMessageContaining(place == null ? "" : place)
                .hasMessageContaining(complaint);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    database: {url: ''}     | set database.url
                    secret: {existing: ''}  | set secret.existing
                    metrics: {serviceMonitor: {enabled: true}} | set metrics.serviceMonitor.authorization.secret
                    """)
    void whatIsMissingIsAskedFor(String values, String request) {
        assertThatThrownBy(() -> Chart.render("minimal", values)).hasMessageContaining(request);
    }

    @Test
    void itIsTheVersionOfTheBuild() throws IOException {
        String version = Files.readAllLines(Path.of("pom.xml")).stream()
                .filter(line -> line.startsWith("  <version>"))
                .findFirst()
                .orElseThrow()
                .replaceAll("\\s*</?version>", "");

        assertThat(Files.readString(Chart.FOLDER.resolve("Chart.yaml"))).contains("appVersion: " + version + "\n");
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("ARG VERSION=" + version + "\n");
        assertThat(Files.readString(Path.of("docker-compose.yml"))).contains("image: caprock:" + version + "\n");
    }

    private static V1Container container(V1Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }
}
