package dev.caprock.access;

import dev.caprock.problem.Problem;
import dev.caprock.problem.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;

/** Tells callers that are not let in why, in the form of every other error. */
@Component
class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {

    private final ProblemWriter writer;
    private final Callers callers;

    Refusals(ProblemWriter writer, Callers callers) {
        this.writer = writer;
        this.callers = callers;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
            throws IOException {
        Refused refused = switch (why) {
            case Refused known -> known;
            default ->
                request.getHeader(HttpHeaders.AUTHORIZATION) == null
                        ? Refused.missing()
                        : Refused.invalid("The Authorization header holds no bearer credential.");
        };
        writer.write(refused.problem(), request, response);
    }

    /** Somebody whom we know. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
            throws IOException {
        Problem problem =
                Endpoints.of(request).map(this::refused).orElseGet(() -> nothingThere(Endpoints.methodsAt(request)));
        writer.write(problem, request, response);
    }

    /** A web page that may not call. */
    void origin(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var problem = new Problem(
                HttpStatus.FORBIDDEN,
                "origin_not_allowed",
                "Pages of this origin may not call, or not in this way.",
                "Have the operator add the origin to caprock.access.cors.allowed-origins.");
        writer.write(problem, request, response);
    }

    private Problem refused(Endpoint endpoint) {
        Scope scope = endpoint.scope();
        return scope == null || callers.current().may(scope) ? ofOperators() : scopeMissing(scope);
    }

    private static Problem ofOperators() {
        return new Problem(
                HttpStatus.FORBIDDEN,
                "operators_only",
                "This belongs to the installation, not to a tenant.",
                "Ask an admin of the operator's tenant, which caprock.access.operator-tenant names.");
    }

    private static Problem scopeMissing(Scope scope) {
        return new Problem(
                        HttpStatus.FORBIDDEN,
                        "scope_missing",
                        "This takes the scope %s.".formatted(scope.text()),
                        "Use a key or a token that has it.")
                .with(
                        HttpHeaders.WWW_AUTHENTICATE,
                        "Bearer realm=\"caprock\", error=\"insufficient_scope\", scope=\"%s\"".formatted(scope.text()));
    }

    private static Problem nothingThere(Set<HttpMethod> methods) {
        if (methods.isEmpty()) {
            return Problem.of(HttpStatus.NOT_FOUND, "There is nothing at this address.");
        }
        String allowed = methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
        return Problem.of(HttpStatus.METHOD_NOT_ALLOWED, "This address takes %s.".formatted(allowed))
                .with(HttpHeaders.ALLOW, allowed);
    }
}
