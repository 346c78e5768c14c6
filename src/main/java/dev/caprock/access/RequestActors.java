package dev.caprock.access;

import dev.caprock.audit.Actor;
import dev.caprock.problem.RequestTrace;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/** Who acts by a request, for the audit chain. */
@Component
public class RequestActors {

    private final Callers callers;

    RequestActors(Callers callers) {
        this.callers = callers;
    }

    public Actor of(HttpServletRequest request) {
        Caller caller = callers.current();
        return new Actor(caller.tenant(), caller.subject(), RequestTrace.of(request), request.getRemoteAddr());
    }
}
