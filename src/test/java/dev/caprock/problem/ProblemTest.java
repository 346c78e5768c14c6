package dev.caprock.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;

/** Whether a caller is told to try again. */
class ProblemTest {

    @ParameterizedTest
    @EnumSource(names = {"CONFLICT", "TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE"})
    void whatSaysWhenToComeAgainIsRetryable(HttpStatus status) {
        assertThat(retryable(problem(status).retryAfter(Duration.ofSeconds(1)))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFLICT", "NOT_IMPLEMENTED", "BAD_GATEWAY"})
    void whatDoesNotSayItIsNot(HttpStatus status) {
        assertThat(retryable(problem(status))).isFalse();
    }

    @Test
    void whatBrokeOnOurSideMayWorkTheNextTime() {
        assertThat(retryable(problem(HttpStatus.INTERNAL_SERVER_ERROR))).isTrue();
    }

    @Test
    void whatTheFrameworkCallsUnavailableSaysWhenToComeAgain() {
        Problem problem = Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "x");

        assertThat(problem.headers().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("5");
        assertThat(retryable(problem)).isTrue();
    }

    private static Problem problem(HttpStatus status) {
        return new Problem(status, "x", "x", "x");
    }

    private static boolean retryable(Problem problem) {
        return ProblemBody.of(problem, new MockHttpServletRequest(), "x").retryable();
    }
}
