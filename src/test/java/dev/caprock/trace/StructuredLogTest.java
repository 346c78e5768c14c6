package dev.caprock.trace;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line of the log, as the service's own configuration has it written. */
class StructuredLogTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String HOSTILE =
            "x\"}\n{\"message\":\"forged\",\"traceId\":\"0\"}\r\u0000\u001b[2K\u2028\\ \"session\":\"ses_other\"";

    private final LoggerContext logs = new LoggerContext();
    private final Environment environment = environment();

    @ParameterizedTest
    @ValueSource(strings = {"ecs", "logstash"})
    void aHostileWordIsOneFieldOfOneLineAndIdsAreFieldsOfTheirOwn(String format) {
        String line = line(format, Map.of("session", "ses_1", "run", "run_1", "action", "StartRun", "traceId", TRACE));

        assertThat(line).endsWith("\n").doesNotContain("\u001b", "\u0000");
        assertThat(line.lines()).hasSize(1);
        JsonNode json = JsonMapper.shared().readTree(line);
        assertThat(json.path("message").stringValue()).isEqualTo("said " + HOSTILE);
        assertThat(json.path("session").stringValue()).isEqualTo("ses_1");
        assertThat(json.path("run").stringValue()).isEqualTo("run_1");
        assertThat(json.path("action").stringValue()).isEqualTo("StartRun");
        assertThat(json.path("replica").stringValue()).isEqualTo("rep");
        assertThat(json.path("traceId").stringValue()).isEqualTo(TRACE);
    }

    @Test
    void aLineOfNoTraceHasNoPlaceForOne() {
        assertThat(plain(Map.of())).isEqualTo("x");
        assertThat(plain(Map.of("traceId", TRACE, "spanId", "00f067aa0ba902b7")))
                .isEqualTo("[" + TRACE + "] x");
    }

    private String plain(Map<String, String> fields) {
        var layout = new PatternLayout();
        layout.setContext(logs);
        layout.setPattern(environment.getRequiredProperty("logging.pattern.correlation") + "x");
        layout.start();
        return layout.doLayout(event("", fields));
    }

    private String line(String format, Map<String, String> fields) {
        logs.putObject(Environment.class.getName(), environment);
        logs.putProperty("replica", "rep");
        var encoder = new StructuredLogEncoder();
        encoder.setContext(logs);
        encoder.setFormat(format);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.start();
        return new String(encoder.encode(event(HOSTILE, fields)), StandardCharsets.UTF_8);
    }

    private ILoggingEvent event(String word, Map<String, String> fields) {
        var event =
                new LoggingEvent("", logs.getLogger("some.Logger"), Level.INFO, "said {}", null, new Object[] {word});
        event.setInstant(Instant.EPOCH);
        event.setMDCPropertyMap(new HashMap<>(fields));
        return event;
    }

    private static Environment environment() {
        try {
            var environment = new StandardEnvironment();
            new YamlPropertySourceLoader()
                    .load("service", new ClassPathResource("application.yaml"))
                    .forEach(environment.getPropertySources()::addLast);
            return environment;
        } catch (IOException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
