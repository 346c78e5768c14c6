package dev.caprock.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LogFieldsTest {

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @Test
    void linesNameThemUntilTheyAreClosedAndThenWhatTheyNamedBefore() {
        MDC.put("session", "outer");
        MDC.put("spanId", "span");
        var fields = new HashMap<String, @Nullable String>();
        fields.put("session", "inner");
        fields.put("run", "first");
        fields.put("spanId", null);

        try (var named = new LogFields(fields)) {
            assertThat(MDC.getCopyOfContextMap()).containsOnlyKeys("session", "run");
            assertThat(MDC.get("session")).isEqualTo("inner");
        }

        assertThat(MDC.getCopyOfContextMap()).containsOnlyKeys("session", "spanId");
        assertThat(MDC.get("session")).isEqualTo("outer");
    }
}
