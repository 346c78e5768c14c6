package dev.caprock.tenant.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.caprock.access.Caller;
import dev.caprock.access.Callers;
import dev.caprock.problem.Problem;
import dev.caprock.remote.TurnedClock;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Two requests a second, five at once. */
class RequestRatesTest {

    private final TurnedClock clock = new TurnedClock();
    private final Tenants tenants = mock();
    private final Callers callers = mock();
    private final RequestRates rates = new RequestRates(tenants, callers, clock);

    @BeforeEach
    void twoASecond() {
        limit(2, 5);
        as("acme");
    }

    @Test
    void eachAnswerTellsHowManyMayFollow() {
        assertThat(headers()).isEqualTo("\"default\";q=5;w=3 \"default\";r=4;t=1");
        assertThat(headers()).isEqualTo("\"default\";q=5;w=3 \"default\";r=3;t=1");
    }

    @Test
    void whatComesTooOftenIsRefusedAndToldWhenToTryAgain() {
        for (int i = 0; i < 5; i++) {
            assertThat(refusal()).isNull();
        }

        var response = new MockHttpServletResponse();
        Problem refused = catchThrowableOfType(Problem.class, () -> ask(response));

        assertThat(refused.status().value()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(response.getHeader("RateLimit")).isEqualTo("\"default\";r=0;t=1");
        later(Duration.ofMillis(499));
        assertThat(refusal()).isNotNull();
        later(Duration.ofMillis(1));
        assertThat(refusal()).isNull();
        assertThat(refusal()).isNotNull();
    }

    @Test
    void aPauseFillsTheBucketAndNotMore() {
        for (int i = 0; i < 5; i++) {
            assertThat(refusal()).isNull();
        }
        later(Duration.ofHours(1));

        assertThat(headers()).endsWith("r=4;t=1");
    }

    @Test
    void aClockThatIsSetBackNeitherFillsNorBlocks() {
        assertThat(refusal()).isNull();
        later(Duration.ofDays(-1));

        assertThat(headers()).endsWith("r=3;t=1");
        later(Duration.ofMillis(500));
        assertThat(headers()).endsWith("r=3;t=1");
    }

    @Test
    void oneTenantTakesNothingFromAnother() {
        for (int i = 0; i < 6; i++) {
            refusal();
        }
        as("globex");

        assertThat(headers()).endsWith("r=4;t=1");
    }

    @Test
    void manyTenantsTakeBoundedMemory() {
        for (int i = 0; i < 10_001; i++) {
            as("tenant " + i);
            refusal();
        }

        as("tenant 0"); // was forgotten
        assertThat(headers()).endsWith("r=4;t=1");
        as("tenant 10000");
        assertThat(headers()).endsWith("r=3;t=1");
    }

    @Test
    void withoutARateNothingIsToldOrRefused() {
        when(tenants.limits(any())).thenReturn(new Limits(null, null, null, null, null, null, null, null, null));
        for (int i = 0; i < 100; i++) {
            assertThat(refusal()).isNull();
        }

        assertThat(headers()).isEqualTo("null null");
    }

    @Test
    void aRequestThatIsDispatchedAgainCountsOnce() {
        var again = new MockHttpServletRequest();
        again.setDispatcherType(DispatcherType.ASYNC);
        for (int i = 0; i < 100; i++) {
            assertThat(rates.preHandle(again, new MockHttpServletResponse(), this))
                    .isTrue();
        }

        assertThat(headers()).endsWith("r=4;t=1");
    }

    private void limit(int perSecond, int burst) {
        when(tenants.limits(any())).thenReturn(new Limits(null, null, perSecond, burst, null, null, null, null, null));
    }

    private void as(String tenant) {
        when(callers.current()).thenReturn(new Caller(tenant, "ann", Set.of()));
    }

    private void later(Duration time) {
        clock.turn(time);
    }

    private String headers() {
        var response = new MockHttpServletResponse();
        ask(response);
        return response.getHeader("RateLimit-Policy") + " " + response.getHeader("RateLimit");
    }

    private @Nullable Problem refusal() {
        return catchThrowableOfType(Problem.class, () -> ask(new MockHttpServletResponse()));
    }

    private void ask(MockHttpServletResponse response) {
        assertThat(rates.preHandle(new MockHttpServletRequest(), response, this))
                .isTrue();
    }
}
