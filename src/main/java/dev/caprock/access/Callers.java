package dev.caprock.access;

import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Tells who is calling. */
@Component
public class Callers {

    private final AccessSettings settings;

    Callers(AccessSettings settings) {
        this.settings = settings;
    }

    /** Who sent the request that this thread answers. */
    public Caller current() {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication known) {
            return known.getPrincipal();
        }
        throw new IllegalStateException("nobody is calling: ask on the thread of a request that was let in");
    }

    /** Whether they run this installation, and so may see what belongs to no tenant. */
    public boolean isOperator(Caller caller) {
        return caller.may(Scope.ADMIN) && caller.tenant().equals(settings.operatorTenant());
    }
}
