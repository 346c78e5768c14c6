package dev.caprock.access;

import static dev.caprock.access.Scope.ADMIN;
import static dev.caprock.access.Scope.AUDIT_READ;
import static dev.caprock.access.Scope.SESSIONS_READ;
import static dev.caprock.access.Scope.SESSIONS_WRITE;
import static dev.caprock.access.Scope.WEBHOOKS_WRITE;
import static org.springframework.http.HttpMethod.DELETE;
import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.PATCH;
import static org.springframework.http.HttpMethod.POST;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;

/**
 * Which scope each endpoint takes. The first row that fits counts; what has no row is closed to everybody, so that a new endpoint
 * is not open by mistake.
 */
final class Endpoints {

    static final List<Endpoint> ALL = List.of(
            Endpoint.open(GET, "/actuator/health"), // only whether, not what
            Endpoint.open(GET, "/actuator/health/liveness"),
            Endpoint.open(GET, "/actuator/health/readiness"),
            Endpoint.open(GET, "/actuator/health/startup"),
            Endpoint.ofScrapers(GET, "/actuator/prometheus"),
            Endpoint.ofOperators(GET, "/actuator/**"),
            Endpoint.of(GET, "/actuator/**", ADMIN),
            Endpoint.open(GET, "/v3/api-docs"), // what the source says too
            Endpoint.open(GET, "/v3/api-docs.yaml"),
            Endpoint.of(POST, "/v1/sessions", SESSIONS_WRITE),
            Endpoint.of(GET, "/v1/sessions", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}", SESSIONS_READ),
            Endpoint.of(PATCH, "/v1/sessions/{id}", SESSIONS_WRITE),
            Endpoint.of(DELETE, "/v1/sessions/{id}", SESSIONS_WRITE),
            Endpoint.of(POST, "/v1/sessions/{id}/runs", SESSIONS_WRITE),
            Endpoint.of(GET, "/v1/sessions/{id}/runs", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}/runs/{run}", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}/runs/{run}/output", SESSIONS_READ),
            Endpoint.of(POST, "/v1/sessions/{id}/runs/{run}/cancel", SESSIONS_WRITE),
            Endpoint.of(GET, "/v1/sessions/{id}/events", SESSIONS_READ),
            Endpoint.of(POST, "/v1/sessions/{id}/events/ticket", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}/diff", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}/receipt", SESSIONS_READ),
            Endpoint.of(GET, "/v1/sessions/{id}/audit", AUDIT_READ),
            Endpoint.of(GET, "/v1/audit", AUDIT_READ),
            Endpoint.of(GET, "/v1/audit/verify", AUDIT_READ),
            Endpoint.of(GET, "/v1/audit/export", AUDIT_READ),
            Endpoint.of(GET, "/v1/audit/keys", AUDIT_READ),
            Endpoint.of(GET, "/v1/providers", SESSIONS_READ),
            Endpoint.of(GET, "/v1/limits", SESSIONS_READ),
            Endpoint.of(POST, "/v1/webhooks", WEBHOOKS_WRITE),
            Endpoint.of(GET, "/v1/webhooks", WEBHOOKS_WRITE),
            Endpoint.of(GET, "/v1/webhooks/{id}", WEBHOOKS_WRITE),
            Endpoint.of(DELETE, "/v1/webhooks/{id}", WEBHOOKS_WRITE),
            Endpoint.of(POST, "/v1/webhooks/{id}/test", WEBHOOKS_WRITE),
            Endpoint.of(POST, "/v1/webhooks/{id}/rotate-secret", WEBHOOKS_WRITE),
            Endpoint.of(GET, "/v1/webhooks/{id}/deliveries", WEBHOOKS_WRITE),
            Endpoint.of(POST, "/v1/webhooks/{id}/deliveries/replay", WEBHOOKS_WRITE),
            Endpoint.of(POST, "/v1/webhooks/{id}/deliveries/{delivery}/replay", WEBHOOKS_WRITE),
            Endpoint.of(GET, "/v1/leaks", AUDIT_READ),
            Endpoint.of(POST, "/v1/api-keys", ADMIN),
            Endpoint.of(GET, "/v1/api-keys", ADMIN),
            Endpoint.of(DELETE, "/v1/api-keys/{id}", ADMIN));

    private Endpoints() {}

    /** Empty when there is nothing at this address, or nothing that takes this method. */
    static Optional<Endpoint> of(HttpServletRequest request) {
        return ALL.stream().filter(endpoint -> endpoint.fits(request)).findFirst();
    }

    /** What can be done at the address of a request. */
    static Set<HttpMethod> methodsAt(HttpServletRequest request) {
        return ALL.stream()
                .filter(endpoint -> endpoint.isAt(request))
                .map(Endpoint::method)
                .collect(Collectors.toUnmodifiableSet());
    }
}
