package dev.caprock.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.springboot.bulkhead.autoconfigure.BulkheadAutoConfiguration;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class RemotesTest {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CircuitBreakerAutoConfiguration.class,
                    BulkheadAutoConfiguration.class,
                    RateLimiterAutoConfiguration.class))
            .withBean(Clock.class, Clock::systemUTC)
            .withUserConfiguration(Room.class);

    @Test
    void theDefaultsAreTheseAndAreThoseWithoutSpring() {
        service.run(context -> assertThat(context.getBean(RemoteSettings.class)).isEqualTo(RemoteSettings.DEFAULTS));
    }

    @Test
    void oneRemoteMayDifferFromTheOthers() {
        service.withPropertyValues(
                        "caprock.remote.concurrent-calls=7",
                        "caprock.remote.own.mesa.concurrent-calls=3",
                        "caprock.remote.own.mesa.creates-per-second=9")
                .run(context -> {
                    var settings = context.getBean(RemoteSettings.class);

                    assertThat(settings.of("mesa").concurrentCalls()).isEqualTo(3);
                    assertThat(settings.of("mesa").reservedCalls()).isEqualTo(64);
                    assertThat(settings.of("other").concurrentCalls()).isEqualTo(7);
                    assertThat(settings.creates("mesa", null)).isEqualTo(new Rate(9, Duration.ofSeconds(1)));
                    assertThat(settings.creates("other", null)).isNull();
                });
    }

    @Test
    void breakersAndBulkheadsAreWhereMetricsLookForThem() {
        service.withPropertyValues("caprock.remote.concurrent-calls=7", "caprock.remote.breaker.window=30")
                .run(context -> {
                    context.getBean(Remotes.class).named("mesa");

                    var breaker = context.getBean(CircuitBreakerRegistry.class).find("mesa");
                    var bulkhead = context.getBean(BulkheadRegistry.class).find("mesa");
                    assertThat(breaker).isPresent();
                    assertThat(breaker.get().getCircuitBreakerConfig().getSlidingWindowSize())
                            .isEqualTo(30);
                    assertThat(bulkhead).isPresent();
                    assertThat(bulkhead.get().getBulkheadConfig().getMaxConcurrentCalls())
                            .isEqualTo(7);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout, PT0S",
        "concurrent-calls, 0",
        "breaker.window, 0",
        "breaker.minimum-calls, 51",
        "breaker.failure-percent, 101",
        "breaker.pause, -PT1S",
        "breaker.trials, 0",
        "breaker.slow-call, PT0S",
        "breaker.slow-percent, 0",
        "concurrent-creates, 0",
        "reserved-calls, 0",
        "rest, PT0S",
        "longest-hold, PT0S",
    })
    void aSettingThatMakesNoSenseIsNamed(String key, String value) {
        var source = new MapConfigurationPropertySource(Map.of("caprock.remote." + key, value));

        assertThatThrownBy(() -> new Binder(source).bind("caprock.remote", RemoteSettings.class))
                .rootCause()
                .hasMessageContaining("caprock.remote." + key);
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout, PT0S",
        "concurrent-calls, 0",
        "concurrent-creates, 0",
        "reserved-calls, 0",
        "creates-per-second, 0",
    })
    void soIsOneOfASingleRemote(String key, String value) {
        var source = new MapConfigurationPropertySource(Map.of("caprock.remote.own.mesa." + key, value));

        assertThatThrownBy(() -> new Binder(source).bind("caprock.remote", RemoteSettings.class))
                .rootCause()
                .hasMessageContaining("caprock.remote.own.*." + key);
    }

    @Test
    void theSameNameIsTheSameRemote() {
        var remotes = new Remotes();

        assertThat(remotes.named("a")).isSameAs(remotes.named("a")).isNotSameAs(remotes.named("b"));
    }

    @Configuration
    @EnableConfigurationProperties(RemoteSettings.class)
    @Import(Remotes.class)
    static class Room {}
}
