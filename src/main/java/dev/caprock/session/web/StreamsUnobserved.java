package dev.caprock.session.web;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;

/**
 * A stream lasts as long as its reader, perhaps for a day: it is no span, and its time belongs to no other requests'. Neither do
 * the probes and scrapes of the actuator.
 */
@Component
class StreamsUnobserved implements ObservationPredicate {

    @Override
    public boolean test(String name, Observation.Context context) {
        return !(context instanceof ServerRequestObservationContext request)
                || request.getCarrier() == null
                || isObserved(request.getCarrier());
    }

    private static boolean isObserved(HttpServletRequest request) {
        String path = request.getRequestURI();
        return !path.startsWith("/actuator") && !isEvents(request, path) && !isFollowing(request, path);
    }

    private static boolean isEvents(HttpServletRequest request, String path) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return path.endsWith("/events") && accepted != null && accepted.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    private static boolean isFollowing(HttpServletRequest request, String path) {
        String query = request.getQueryString();
        return path.endsWith("/output") && query != null && query.contains("follow=");
    }
}
