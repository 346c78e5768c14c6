package dev.caprock.session.web;

import dev.caprock.access.Caller;
import dev.caprock.access.Callers;
import dev.caprock.audit.Actor;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;

/** Who acts by a request, for the audit chain. */
@Component
class RequestActors {

    private final Callers callers;

    RequestActors(Callers callers) {
        this.callers = callers;
    }

    Actor of(HttpServletRequest request) {
        Caller caller = callers.current();
        return new Actor(caller.tenant(), caller.subject(), RequestTrace.of(request), request.getRemoteAddr());
    }
}
