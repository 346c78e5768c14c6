package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.id.PublicId;
import dev.caprock.session.GivenSession;
import dev.caprock.session.ResourceKind;
import dev.caprock.trace.GivenTraces;
import dev.caprock.trace.TraceContext;
import io.micrometer.observation.Observation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** An action's place in its session's trace, and what the log lines written meanwhile name. */
class TracedActionsTest {

    private final GivenTraces traces = new GivenTraces();
    private final GivenSession given = GivenSession.queued().running();
    private final ActionContext seen =
            ActionContext.of(new Action.StartRun(given.of(ResourceKind.PROCESS).id()), given.session());

    TracedActionsTest() {
        traces.registry().observationConfig().observationHandler(new ActionLogFields());
    }

    @AfterEach
    void end() {
        traces.close();
    }

    @Test
    void aSessionMadeInNoTraceIsRecordedByNobody() {
        act(() -> {});

        assertThat(traces.spans()).isEmpty();
        assertThat(given.session().trace())
                .isEqualTo(TraceContext.unrecorded(given.session().id()));
    }

    @Test
    void whatAnActionDoesIsBelowItOnWhicheverThreadAndItIsBelowTheRequest() {
        var request = new TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true, "a=b");
        seen.setCarrier(request);

        act(() -> {
            List<String> ignored = SideBySide.run(List.of(call("one"), call("two")));
            String last = call("three").call();
            assertThat(last).isEqualTo("three");
        });

        assertThat(traces.spans())
                .hasSize(4)
                .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(request.traceId()));
        SpanData action = traces.spans().getLast();
        assertThat(action.getName()).isEqualTo("StartRun");
        assertThat(action.getParentSpanId()).isEqualTo(request.spanId());
        assertThat(action.getSpanContext().getTraceState().get("a")).isEqualTo("b");
        assertThat(traces.spans().subList(0, 3))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(action.getSpanId());
        assertThat(action.getAttributes().get(AttributeKey.stringKey("session")))
                .isEqualTo(PublicId.SESSION.text(given.session().id()));
        assertThat(action.getAttributes().get(AttributeKey.stringKey("sandbox")))
                .isEqualTo(given.of(ResourceKind.SANDBOX).externalId());
    }

    @Test
    void logLinesOfAllItsThreadsNameIt() {
        MDC.put("session", "another");

        act(() -> {
            assertThat(named()).containsAllEntriesOf(expected());
            List<Map<String, String>> all = SideBySide.run(List.of(TracedActionsTest::named, TracedActionsTest::named));
            assertThat(all).allSatisfy(named -> assertThat(named).containsAllEntriesOf(expected()));
        });

        assertThat(named()).isEqualTo(Map.of("session", "another"));
        MDC.clear();
    }

    private Map<String, String> expected() {
        return Map.of(
                "action",
                "StartRun",
                "session",
                PublicId.SESSION.text(given.session().id()),
                "run",
                PublicId.RUN.text(given.session().runs().getFirst().id()));
    }

    private static Map<String, String> named() {
        Map<String, String> fields = MDC.getCopyOfContextMap();
        return fields == null ? Map.of() : fields;
    }

    private Callable<String> call(String name) {
        return () -> {
            Observation.createNotStarted(name, traces.registry()).observe(() -> {});
            return name;
        };
    }

    private void act(Work work) {
        var observed = new ObservedAction(traces.registry(), seen);
        try (var ignored = observed.scope()) {
            work.run();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        } finally {
            observed.ended(ActionEnd.DONE);
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
