package dev.caprock.session.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Which requests are spans. */
class StreamsUnobservedTest {

    private final StreamsUnobserved predicate = new StreamsUnobserved();

    @ParameterizedTest
    @CsvSource({
        "/v1/sessions, , */*, true",
        "/v1/sessions/ses_1/events, after=3, application/json, true",
        "/v1/sessions/ses_1/events, , text/event-stream, false",
        "/v1/sessions/ses_1/events, ticket=t, 'text/event-stream, */*', false",
        "/v1/sessions/ses_1/runs/run_1/output, stream=stdout, */*, true",
        "/v1/sessions/ses_1/runs/run_1/output, stream=stdout&follow=true, */*, false",
        "/v1/sessions, follow=true, text/event-stream, true",
        "/actuator/health/liveness, , */*, false",
        "/actuator/prometheus, , text/plain, false"
    })
    void oneThatLastsAsLongAsItsReaderIsNone(String path, String query, String accept, boolean observed) {
        var request = new MockHttpServletRequest("GET", path);
        request.setQueryString(query);
        request.addHeader("Accept", accept);

        assertThat(predicate.test(
                        "http.server.requests",
                        new ServerRequestObservationContext(request, new MockHttpServletResponse())))
                .isEqualTo(observed);
    }

    @Test
    void allElseIsObserved() {
        assertThat(predicate.test("caprock.actions", new Observation.Context())).isTrue();
    }
}
