package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.trace.GivenTraces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The place in a trace that a remote is told. */
class TracedCallsTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final GivenTraces traces = new GivenTraces();
    private final StubServer server = new StubServer();

    TracedCallsTest() throws IOException {}

    @AfterEach
    void end() {
        server.close();
        traces.close();
    }

    /** How a room sends. */
    enum Client {
        REST {
            @Override
            int get(Remote remote, StubServer server) {
                var rest = remote.rest(server.uri().toString(), PATIENT).build();
                return remote.call(
                        "read word",
                        () -> rest.get()
                                .uri("/word")
                                .exchange((sent, got) -> got.getStatusCode().value()));
            }
        },
        STREAMS {
            @Override
            int get(Remote remote, StubServer server) {
                var request = HttpRequest.newBuilder(server.uri().resolve("/word"))
                        .header("Authorization", "Bearer t")
                        .build();
                return remote.call(
                        "read word",
                        () -> remote.open("read word", request, PATIENT).statusCode());
            }
        };

        abstract int get(Remote remote, StubServer server);
    }

    @ParameterizedTest
    @EnumSource
    void itIsTheCallsOwnBelowWhereItsCallerIsWithoutWhatOthersNoted(Client client) {
        server.answer(200, "{}");
        var state = TraceState.builder().put("vendor", "secret").build();
        var caller = SpanContext.createFromRemoteParent(TRACE, "00f067aa0ba902b7", TraceFlags.getSampled(), state);

        int status;
        try (var there = Context.root().with(Span.wrap(caller)).makeCurrent()) {
            status = client.get(remote(true), server);
        }

        assertThat(status).isEqualTo(200);
        SpanData span = traces.spans().getFirst();
        assertThat(span.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.getName()).isEqualTo("stub read word");
        assertThat(headers())
                .containsEntry("Traceparent", List.of("00-%s-%s-01".formatted(TRACE, span.getSpanId())))
                .doesNotContainKeys("Tracestate", "Baggage");
    }

    @ParameterizedTest
    @EnumSource
    void itIsToldNobodyWhereThatIsSwitchedOff(Client client) {
        server.answer(200, "{}");

        client.get(remote(false), server);

        assertThat(traces.spans()).hasSize(1);
        assertThat(headers()).doesNotContainKey("Traceparent");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsToldWhereThereIsNoTrace(Client client) {
        server.answer(200, "{}");

        client.get(new Remotes().named("stub"), server);

        assertThat(headers()).doesNotContainKey("Traceparent");
    }

    @Test
    void aSpanThatFailedSaysSoAndNothingOfWhatTheRemoteSaid() {
        server.answer(400, "{\"error\":{\"code\":\"hunter2\",\"message\":\"hunter2\"}}");
        var rest = remote(true).rest(server.uri().toString(), PATIENT).build();

        try {
            remote(true)
                    .call("read word", () -> rest.get().uri("/word").retrieve().toBodilessEntity());
        } catch (RemoteFailure.Rejected expected) {
            assertThat(expected).hasMessageContaining("hunter2");
        }

        SpanData span = traces.spans().getFirst();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.toString()).contains("rejected").doesNotContain("hunter2");
        assertThat(span.getEvents().toString()).doesNotContain("hunter2");
    }

    private Map<String, List<String>> headers() {
        return server.received().getFirst().headers();
    }

    private Remote remote(boolean traceContext) {
        var standard = RemoteSettings.DEFAULTS;
        var settings = new RemoteSettings(
                standard.connectTimeout(),
                standard.concurrentCalls(),
                standard.concurrentCreates(),
                standard.reservedCalls(),
                standard.rest(),
                standard.longestHold(),
                traceContext,
                standard.breaker(),
                standard.own());
        return new Remotes(settings, Clock.systemUTC(), traces.registry()).named("stub");
    }
}
