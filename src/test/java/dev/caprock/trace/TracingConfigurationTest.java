package dev.caprock.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.otlp.OtlpTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Who is sent spans. */
@ExtendWith(OutputCaptureExtension.class)
class TracingConfigurationTest {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withInitializer(new ConfigDataApplicationContextInitializer())
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    MicrometerTracingAutoConfiguration.class,
                    OpenTelemetryTracingAutoConfiguration.class,
                    OtlpTracingAutoConfiguration.class,
                    OpenTelemetrySdkAutoConfiguration.class))
            .withUserConfiguration(TracingConfiguration.class);

    @Test
    void withNobodyToSendToThereAreIdsButNoProcessorAndNothingIsCalledSampled(CapturedOutput output) {
        service.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(SpanExporter.class)
                    .doesNotHaveBean(SpanProcessor.class);
            TraceContext seen = seen(context.getBean(ObservationRegistry.class));
            assertThat(seen.sampled()).isFalse();
        });
        assertThat(output.getAll()).doesNotContain("WARN", "ERROR");
    }

    @Test
    void aCallersWordOnSamplingIsPassedOnAllTheSame() {
        service.run(context -> {
            try (var there =
                    new TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true, null).enter()) {
                TraceContext seen = seen(context.getBean(ObservationRegistry.class));
                assertThat(seen.sampled()).isTrue();
                assertThat(seen.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            }
        });
    }

    @Test
    void withAnEndpointTracesAreSentToIt() throws Exception {
        try (var collector = new SpanReceiver()) {
            service.withPropertyValues("management.opentelemetry.tracing.export.otlp.endpoint=" + collector.endpoint())
                    .run(context -> assertThat(seen(context.getBean(ObservationRegistry.class))
                                    .sampled())
                            .isTrue());

            assertThat(collector.spans()) // sent when the context was closed
                    .hasSize(1)
                    .first()
                    .satisfies(span -> {
                        assertThat(span.name()).isEqualTo("look");
                        assertThat(span.resource()).containsEntry("service.name", "caprock");
                    });
        }
    }

    @Test
    void whatIsSampledCanBeSet() {
        try (var collector = new SpanReceiver()) {
            service.withPropertyValues(
                            "management.opentelemetry.tracing.export.otlp.endpoint=" + collector.endpoint(),
                            "management.tracing.sampling.probability=0")
                    .run(context -> assertThat(seen(context.getBean(ObservationRegistry.class))
                                    .sampled())
                            .isFalse());
            assertThat(collector.spans()).isEmpty();
        }
    }

    private static TraceContext seen(ObservationRegistry observations) {
        var seen = new AtomicReference<TraceContext>();
        Observation.createNotStarted("look", observations)
                .observe(() -> seen.set(TraceContext.current().orElseThrow()));
        return seen.get();
    }
}
