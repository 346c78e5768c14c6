package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Session;
import org.springframework.stereotype.Component;

/** Lets the sandbox live for another lease. Repeatable: it never shortens a life. */
@Component
class ExtendingSandbox implements Doing<Action.ExtendSandbox> {

    private final Sandboxes sandboxes;
    private final Setbacks setbacks;

    ExtendingSandbox(Sandboxes sandboxes, Setbacks setbacks) {
        this.sandboxes = sandboxes;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.ExtendSandbox> action() {
        return Action.ExtendSandbox.class;
    }

    @Override
    public Outcome perform(Session session, Action.ExtendSandbox extend, Progress progress) {
        try {
            sandboxes.provider(session).extend(sandboxes.of(session), extend.life());
        } catch (RemoteFailure failure) {
            return setbacks.extending(extend.subject(), failure);
        }
        return (current, now) -> current.sandboxExtended(extend.subject(), extend.until());
    }
}
