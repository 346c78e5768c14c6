package dev.caprock.trace;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What Spring Boot does otherwise. Where there is nobody to send spans to, no thread waits for any, and no trace that begins here is called
 * sampled, since nobody records it; a caller's own word is passed on as it is. And a replica that stops waits for the last spans to be
 * sent no longer than they are worth, rather than ten seconds and more.
 */
@Configuration(proxyBeanMethods = false)
class TracingConfiguration {

    private static final Duration LAST_SPANS = Duration.ofSeconds(2);

    /** As {@code OpenTelemetryTracingAutoConfiguration} of Spring Boot 4.1.1 names them. */
    private static final String PROCESSOR = "otelSpanProcessor";

    private static final String SAMPLER = "otelSampler";

    @Bean
    static BeanFactoryPostProcessor nobodyToSendTo() {
        return beans -> {
            if (beans.getBeanNamesForType(SpanExporter.class, true, false).length == 0) {
                remove(beans);
                beans.registerSingleton(SAMPLER, Sampler.parentBased(Sampler.alwaysOff()));
            }
        };
    }

    private static void remove(ConfigurableListableBeanFactory beans) {
        for (String name : List.of(PROCESSOR, SAMPLER)) {
            if (beans instanceof BeanDefinitionRegistry registry && registry.containsBeanDefinition(name)) {
                registry.removeBeanDefinition(name);
            }
        }
    }

    /** Each of them would wait, one after the other; {@link #lastSpans} ends them all. */
    @Bean
    static BeanFactoryPostProcessor nobodyElseEndsThem() {
        return beans -> {
            for (Class<?> type :
                    List.of(OpenTelemetrySdk.class, SdkTracerProvider.class, SpanProcessor.class, SpanExporter.class)) {
                for (String name : beans.getBeanNamesForType(type, true, false)) {
                    if (beans.containsBeanDefinition(name)
                            && beans.getBeanDefinition(name) instanceof AbstractBeanDefinition definition) {
                        definition.setDestroyMethodName("");
                    }
                }
            }
        };
    }

    @Bean
    DisposableBean lastSpans(ObjectProvider<SdkTracerProvider> providers) {
        List<SdkTracerProvider> all = providers.stream().toList();
        return () -> all.forEach(provider -> provider.shutdown().join(LAST_SPANS.toMillis(), TimeUnit.MILLISECONDS));
    }
}
