package dev.caprock.metrics;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {

    private static final Map<String, Set<String>> SERVED =
            Map.of("leaks", Set.of("type"), "lag_bucket", Set.of("le"), "calls_total", Set.of("remote", "outcome"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "leaks",
                "max by (namespace, type) (leaks) > 0",
                "sum by (remote) (rate(calls_total{outcome=~\"busy|unknown\"}[10m])) / sum by (remote) (rate(calls_total[10m])) > 0.2",
                "histogram_quantile(0.99, sum by (job, le) (rate(lag_bucket{job=~\"$job\"}[$__rate_interval]))) > 5",
                "absent(leaks)"
            })
    void whatIsServedMayBeAskedFor(String expression) {
        assertThatCode(() -> PromQl.check(expression, SERVED)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "leak > 0;                                          nothing serves leak",
                "leaks{kind=\"a\"};                                 leaks has no label kind",
                "max by (remote) (leaks);                           by [remote]",
                "sum by (type) (max by (job) (leaks));              by [type]",
                "histogram_quantile(0.9, sum by (job) (lag_bucket)); no buckets",
                "median(leaks);                                     no function",
                "max by (type) (leaks;                              the end instead of )",
                "leaks leaks;                                       it goes on with leaks",
                "leaks{type=open};                                  no text",
                "leaks[5 m];                                        not understood"
            })
    void allElseIsRefused(String expression, String complaint) {
        assertThatThrownBy(() -> PromQl.check(expression, SERVED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void bothSidesOfAnOperatorAreRead() {
        assertThatThrownBy(() -> PromQl.check("leaks and nothing", SERVED))
                .hasMessageContaining("nothing serves nothing");
    }
}
