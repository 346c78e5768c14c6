package dev.caprock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the service serves once sessions of all kinds went through it, and what the documents, the dashboard and the alerts say of it. */
@ScenarioTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedMetricsTest {

    /** Observations, which have no description. */
    private static final Set<String> OBSERVED = Set.of("caprock.remote.calls", "caprock.actions");

    private static final Path DASHBOARD = Path.of("helm/caprock/dashboards/caprock.json");
    private static final Path ALERTS = Path.of("helm/caprock/alerts/caprock.yaml");

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}|(ses|run|key|whk|dlv)_");

    @Autowired
    private Scenario scenario;

    @Autowired
    private Readings readings;

    @Autowired
    private MeterRegistry meters;

    private final MetricsTable table = MetricsTable.read();
    private Scrape served = new Scrape(List.of());
    private double queued;
    private double leaked;

    @BeforeAll
    void sessionsOfAllKinds() {
        succeed();
        fail();
        lose();
        queue();
        leak();
        served = Scrape.of(scenario);
    }

    private void succeed() {
        var session = scenario.session().shell("echo here").start();
        assertThat(session.awaitClosed().path("outcome").stringValue()).isEqualTo("succeeded");
    }

    private void fail() {
        var session = scenario.session().shell("exit 3").start();
        assertThat(session.awaitClosed().path("outcome").stringValue()).isEqualTo("failed");
    }

    private void lose() {
        var session = scenario.session().shell("echo here; sleep 60").start();
        session.awaitPrinted("here");
        session.killSandbox();
        assertThat(session.awaitClosed().path("detail").path("code").stringValue())
                .isEqualTo("sandbox_lost");
    }

    /** The provider asks to be left alone when it is asked for a first one, so that a second one waits. */
    private void queue() {
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.rateLimited(5));
        var first = scenario.session().with("provider", "e2b").shell("true").start();
        first.awaitEvent("session.warning");
        var second = scenario.session().with("provider", "e2b").shell("true").start();
        queued = await().until(
                        () -> {
                            readings.renew();
                            return Scrape.of(scenario)
                                    .value("caprock_queue_waiting", "provider", "e2b", "reason", "provider");
                        },
                        waiting -> waiting > 0);
        first.awaitClosed();
        second.awaitClosed();
    }

    private void leak() {
        int ignored = scenario.database().sql("""
                        insert into find (id, kind, account, external_id, created_at, found_at)
                            values (gen_random_uuid(), 'SANDBOX', 'e2b/1', 'leaked', now(), now())""").update();
        readings.renew();
        leaked = Scrape.of(scenario).value("caprock_leaks", "type", "unexplained");
        ignored = scenario.database().sql("delete from find").update();
        readings.renew();
    }

    // ---- what was measured ---------------------------------------------------------------------------------------

    @Test
    void endsPhasesQueueAndLeakAreMeasured() {
        assertThat(served.sum("caprock_sessions_ended_total", "outcome", "succeeded", "reason", "none"))
                .isGreaterThanOrEqualTo(1);
        assertThat(served.sum("caprock_sessions_ended_total", "outcome", "failed", "reason", "agent_failed"))
                .isGreaterThanOrEqualTo(1);
        assertThat(table.of("caprock.sessions.phase").labels().getOrDefault("phase", Set.of()))
                .allSatisfy(phase -> assertThat(served.sum("caprock_sessions_phase_seconds_count", "phase", phase))
                        .isPositive());
        assertThat(served.sum("caprock_sessions_to_agent_seconds_count", "provider", "e2b"))
                .isGreaterThanOrEqualTo(4);
        assertThat(served.sum("caprock_sessions_flushes_total", "end", "clean")).isGreaterThanOrEqualTo(4);
        assertThat(served.sum("caprock_sandboxes_lost_total", "provider", "e2b"))
                .isPositive();
        assertThat(served.sum("caprock_journal_lag_seconds_count")).isPositive();
        assertThat(served.sum("caprock_readers_events_total")).isGreaterThan(50);
        assertThat(served.sum("caprock_remote_holds_total", "remote", "e2b")).isPositive();
        assertThat(served.sum("caprock_replicas")).isEqualTo(1);
        assertThat(queued).isPositive();
        assertThat(leaked).isEqualTo(1);
        assertThat(served.value("caprock_leaks", "type", "unexplained")).isZero();
    }

    /** Rows are made up: it would take long until sessions are as old as that. */
    @Test
    void theInstallationsNumbersAreThoseOfItsRows() {
        var queuedForLong = copiedSession(
                Map.of("status", "QUEUED", "held_by", "BUDGET", "created_at", hoursAgo(3), "provider", "vercel"));
        var closingForLong = copiedSession(
                Map.of("status", "CLOSING", "cause", "FAILED", "closing_at", hoursAgo(2), "provider", "dropped"));
        var job = "update scheduled_tasks set consecutive_failures = ? where task_name = 'webhook-retention'";
        int ignored = scenario.database().sql(job).param(4).update();
        UUID key = UUID.randomUUID();
        ignored = scenario.database()
                .sql("insert into data_key values (?, 'x', 'lost')")
                .param(key)
                .update();
        readings.renew();

        Scrape now = Scrape.of(scenario);

        assertThat(now.value("caprock_queue_waiting", "provider", "vercel", "reason", "budget"))
                .isEqualTo(1);
        assertThat(now.value("caprock_queue_waiting", "provider", "vercel", "reason", "tenant_limit"))
                .isZero();
        assertThat(now.value("caprock_sessions", "provider", "other", "status", "closing"))
                .isEqualTo(1);
        assertThat(now.value("caprock_sessions_longest_seconds", "provider", "vercel", "status", "queued"))
                .isBetween(3 * 3600.0, 3 * 3600.0 + 120);
        assertThat(now.value("caprock_sessions_longest_seconds", "provider", "other", "status", "closing"))
                .isBetween(2 * 3600.0, 2 * 3600.0 + 120);
        assertThat(now.value("caprock_jobs_failures", "name", "webhook-retention"))
                .isEqualTo(4);
        assertThat(now.value("caprock_secrets_unreadable")).isEqualTo(1);
        assertThat(now.value("caprock_secrets_outdated")).isEqualTo(1);
        assertThat(now.value("caprock_sweep_age_seconds", "remote", "mesa")).isBetween(0.0, 600.0);
        assertThat(now.value("caprock_readings_age_seconds")).isBetween(0.0, 60.0);
        ignored = scenario.database().sql(job).param(0).update();
        ignored = scenario.database()
                .sql("delete from data_key where owner = ?")
                .param(key)
                .update();
        ignored = scenario.database()
                .sql("delete from session where id in (?, ?)")
                .params(queuedForLong, closingForLong)
                .update();
        readings.renew();
        assertThat(Scrape.of(scenario).value("caprock_sessions", "provider", "other", "status", "closing"))
                .isZero();
    }

    /** As a closed one, but for these columns; nobody moves it. */
    private UUID copiedSession(Map<String, String> columns) {
        UUID id = UUID.randomUUID();
        var changes = new HashMap<String, @Nullable String>(columns);
        changes.put("id", id.toString());
        changes.putIfAbsent("cause", null);
        int ignored = scenario.database()
                .sql("""
                        insert into session
                            select copy.* from session as closed, jsonb_populate_record(closed, cast(? as jsonb)) as copy
                                where closed.status = 'CLOSED' limit 1""")
                .param(JsonMapper.shared().writeValueAsString(changes))
                .update();
        return id;
    }

    private static String hoursAgo(int hours) {
        return Instant.now().minus(Duration.ofHours(hours)).toString();
    }

    @Test
    void whatTheAutoscalerGoesByIsAmongThem() throws IOException {
        Map<String, Map<String, Object>> values =
                new Yaml().load(Files.readString(Path.of("helm/caprock/values.yaml")));
        String metric =
                String.valueOf(values.getOrDefault("autoscaling", Map.of()).get("metric"));

        assertThat(served.series()).containsKey(metric);
        var running = scenario.session().shell("echo here; sleep 60").start();
        running.awaitPrinted("here");
        readings.renew();
        Scrape now = Scrape.of(scenario);
        assertThat(now.value(metric)).isPositive();
        assertThat(now.value("caprock_followers_live")).isPositive();
        assertThat(now.value("caprock_sessions", "provider", "e2b", "status", "running"))
                .isPositive();
    }

    // ---- what they are called ------------------------------------------------------------------------------------

    @Test
    void theTableHasEachMeterOfOursAsItIs() {
        Map<String, String> registered = new HashMap<>();
        for (Meter meter : ours()) {
            registered.put(meter.getId().getName(), described(meter));
        }

        assertThat(table.rows().values().stream()
                        .collect(Collectors.toMap(MetricsTable.Row::name, MetricsTable.Row::described)))
                .containsExactlyInAnyOrderEntriesOf(registered);
    }

    private static String described(Meter meter) {
        String type = meter.getId().getType().name().toLowerCase(Locale.ROOT);
        String unit = meter.getId().getBaseUnit();
        var labels = meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toCollection(TreeSet::new));
        return "%s %s %s".formatted(type, unit == null ? "" : unit, labels);
    }

    @Test
    void eachIsDescribed() {
        assertThat(ours())
                .filteredOn(meter -> !OBSERVED.contains(meter.getId().getName()))
                .allSatisfy(meter -> assertThat(meter.getId().getDescription())
                        .as("%s", meter.getId())
                        .isNotBlank());
    }

    @Test
    void labelsTakeTheValuesThatTheTableHas() {
        Set<String> remotes = Set.of("mesa", "e2b", "e2b-sandboxes", "vercel");
        Set<String> providers = Set.of("e2b", "vercel", "other");
        for (Meter meter : ours()) {
            MetricsTable.Row row = table.of(meter.getId().getName());
            for (Tag tag : meter.getId().getTags()) {
                Set<String> closed = switch (tag.getKey()) {
                    case "remote" -> remotes;
                    case "provider" -> providers;
                    default -> row.labels().getOrDefault(tag.getKey(), Set.of());
                };
                if (!closed.isEmpty()) {
                    assertThat(closed).as("%s", meter.getId()).contains(tag.getValue());
                }
            }
        }
    }

    @Test
    void nothingThatIsServedNamesASessionOrATenant() {
        Set<String> values = served.samples().stream()
                .flatMap(sample -> sample.labels().entrySet().stream())
                .filter(label -> !label.getKey().equals("le"))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());

        assertThat(values).noneMatch(value -> ID.matcher(value).find()).doesNotContain("default");
    }

    private List<Meter> ours() {
        return meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("caprock."))
                .toList();
    }

    // ---- who asks for them ---------------------------------------------------------------------------------------

    static Stream<String> expressions() throws IOException {
        return Stream.concat(
                JsonMapper.shared().readTree(DASHBOARD.toFile()).findValues("expr").stream()
                        .map(JsonNode::asString),
                rules().stream().map(rule -> String.valueOf(rule.get("expr"))));
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void whateverTheDashboardAndTheAlertsAskForIsServed(String expression) {
        assertThatCode(() -> PromQl.check(expression, served.series())).doesNotThrowAnyException();
    }

    @Test
    void everyMeterOfOursIsOnTheDashboardOrInAnAlert() throws IOException {
        String all = expressions().collect(Collectors.joining("\n"));

        assertThat(table.rows().keySet())
                .filteredOn(name -> !all.contains(name.replace('.', '_')))
                .isEmpty();
    }

    private static List<Map<String, Object>> rules() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(Files.readString(ALERTS));
        return file.getOrDefault("groups", List.of()).stream()
                .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
                .toList();
    }
}
