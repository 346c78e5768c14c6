package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.trace.SentSpan;
import dev.caprock.trace.SpanReceiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What real replicas tell of one session, whichever of them had it: in spans, events, log lines, and to those whom they call. */
@Timeout(180)
class TracesIT {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SECRET = "secret-0a1b2c3d4e5f";
    private static final String CALLER = "00f067aa0ba902b7";

    private final SpanReceiver collector = new SpanReceiver();
    private @Nullable Replicas replicas;

    @AfterEach
    void end() {
        replicas().close();
        collector.close();
    }

    @Test
    void aSessionWhoseReplicaWasKilledIsOneConnectedTrace() throws Exception {
        var replicas = sendingTo(collector.endpoint());
        Scenario scenario = replicas.scenario();
        UUID first = replicas.start();
        var session = scenario.session()
                .shell("echo \"trace $TRACEPARENT\"; seq 1 2000")
                .secret("TOKEN", SECRET)
                .with("closeWhen", "expired")
                .header("traceparent", "00-%s-%s-01".formatted(TRACE, CALLER))
                .start();
        session.awaitStatus("idle");
        await().until(() -> actions(), all -> all.contains("RestOpen") || all.contains("FollowRun"));
        replicas.process(first).kill();
        UUID second = replicas.start();

        session.queueRun("Go on.");
        await().until(() ->
                session.runs().path(1).path("status").stringValue("").equals("succeeded"));
        scenario.http().post("/v1/sessions", "{\"prompt\": \"%s\", \"secrets\": ".formatted(SECRET));
        scenario.http().get("/v1/sessions/" + SECRET + "/events?ticket=" + SECRET, "Accept", "text/event-stream");
        scenario.http().delete(session.path());
        session.awaitClosed();
        await().until(() -> actions(), all -> all.contains("Close"));

        List<SentSpan> spans = collector.spans(TRACE);
        assertThat(spans.stream().map(span -> span.attribute("replica")).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(first.toString(), second.toString());
        assertConnected(spans);
        assertThat(spans).as("no span for each line").hasSizeLessThan(200);
        assertThat(actions())
                .contains("Begin", "CreateSandbox", "MintCredential", "Prepare", "StartRun", "FollowRun")
                .contains("Flush", "DestroySandbox", "RevokeCredential", "Close");
        assertThat(session.events())
                .allSatisfy(event -> assertThat(event.envelope().path("traceId").stringValue(""))
                        .isEqualTo(TRACE));
        assertThat(collector.sent()).contains("http post /v1/sessions").doesNotContain(SECRET, Scenario.MASTER_KEY);
        assertThat(session.events("run.output").stream().map(event -> event.text("text")))
                .filteredOn(text -> text.contains("trace 00-" + TRACE))
                .as("each run's agent")
                .hasSize(2);
        assertLogsAgree(session, first, second);
        assertInfo(scenario.http().get("/actuator/info").json());
    }

    /** What runs, and neither who built it, nor where or when. */
    private static void assertInfo(JsonNode info) {
        assertThat(info.path("build").propertyNames())
                .containsExactlyInAnyOrder("group", "artifact", "name", "version", "time");
        assertThat(info.at("/build/time").stringValue()).isEqualTo("2026-11-22T00:00:00Z");
        assertThat(info.propertyNames()).isSubsetOf("build", "git");
        if (Files.exists(Path.of(".git", "HEAD"))) { // not so in a linked work tree
            assertThat(info.path("git").propertyNames()).containsExactlyInAnyOrder("commit", "dirty");
            assertThat(info.at("/git/commit").propertyNames()).containsExactly("id");
            assertThat(info.at("/git/commit/id").propertyNames()).containsExactly("full");
            assertThat(info.at("/git/commit/id/full").stringValue()).matches("[0-9a-f]{40}");
        }
    }

    @Test
    void aCollectorThatHangsHoldsUpNoReplicaThatIsToldToStop() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var replicas = sendingTo("http://127.0.0.1:%d/v1/traces".formatted(silent.getLocalPort()));
            UUID only = replicas.start();
            assertThat(replicas.scenario().http().get("/v1/sessions").status()).isEqualTo(200);

            assertThat(replicas.process(only).terminate(Duration.ofSeconds(10))).contains(0);
        }
    }

    private Replicas sendingTo(String endpoint) {
        replicas = new Replicas(Map.of(
                "management.opentelemetry.tracing.export.otlp.endpoint", endpoint,
                "management.opentelemetry.tracing.export.schedule-delay", "PT0.2S",
                "logging.structured.format.console", "logstash"));
        return replicas;
    }

    private Replicas replicas() {
        return Objects.requireNonNull(replicas);
    }

    private Set<String> actions() {
        return collector.spans(TRACE).stream()
                .map(span -> span.attribute("action"))
                .collect(Collectors.toSet());
    }

    /** The request is the caller's child, each action the request's, and each call of a remote its action's. */
    private static void assertConnected(List<SentSpan> spans) {
        Map<String, SentSpan> byId = new HashMap<>();
        spans.forEach(span -> byId.put(span.spanId(), span));
        List<SentSpan> roots =
                spans.stream().filter(span -> span.parentId().equals(CALLER)).toList();
        assertThat(roots)
                .hasSize(1)
                .first()
                .satisfies(root -> assertThat(root.name()).isEqualTo("http post /v1/sessions"));
        String request = roots.getFirst().spanId();
        Set<String> kinds = new HashSet<>();
        for (SentSpan span : spans) {
            if (!span.attribute("action").isEmpty()) {
                assertThat(span.parentId()).as(span.name()).isEqualTo(request);
                kinds.add("action");
            } else if (!span.attribute("remote").isEmpty()) {
                assertThat(byId).as("the parent of %s", span).containsKey(span.parentId());
                SentSpan parent = Objects.requireNonNull(byId.get(span.parentId()));
                assertThat(parent.attribute("action").isEmpty())
                        .as("%s is below %s", span.name(), parent.name())
                        .isEqualTo(parent.spanId().equals(request));
                kinds.add("call");
            } else {
                assertThat(span.spanId()).as(span.name()).isEqualTo(request);
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder("action", "call");
    }

    /** Lines name the trace and the spans that the collector was sent, and the request that asked for a further run. */
    private void assertLogsAgree(StartedSession session, UUID... ids) throws IOException {
        Set<String> spans =
                collector.spans(TRACE).stream().map(SentSpan::spanId).collect(Collectors.toSet());
        var requests = new HashSet<String>();
        for (UUID id : ids) {
            List<JsonNode> lines = Files.readAllLines(replicas().process(id).log()).stream()
                    .filter(line -> line.startsWith("{"))
                    .map(JsonMapper.shared()::readTree)
                    .filter(line -> line.path("session").stringValue("").equals(session.id()))
                    .toList();
            assertThat(lines).isNotEmpty().allSatisfy(line -> {
                assertThat(line.path("traceId").stringValue(""))
                        .as(line.toString())
                        .isEqualTo(TRACE);
                assertThat(line.path("replica").stringValue("")).isEqualTo(id.toString());
                if (line.has("action")) {
                    assertThat(spans)
                            .as(line.toString())
                            .contains(line.path("spanId").stringValue(""));
                }
                requests.add(line.path("requestId").stringValue(""));
            });
        }
        assertThat(requests).doesNotContain(TRACE).anyMatch(request -> request.matches("[0-9a-f]{32}"));
    }
}
