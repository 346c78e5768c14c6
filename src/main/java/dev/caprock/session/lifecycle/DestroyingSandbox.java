package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Provider;
import dev.caprock.session.Resource;
import dev.caprock.session.Session;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Ends the sandbox and asks its account for it again: only an answer that it is not there proves that it is gone. */
@Component
class DestroyingSandbox implements Doing<Action.DestroySandbox> {

    private final Sandboxes sandboxes;
    private final Setbacks setbacks;

    DestroyingSandbox(Sandboxes sandboxes, Setbacks setbacks) {
        this.sandboxes = sandboxes;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.DestroySandbox> action() {
        return Action.DestroySandbox.class;
    }

    @Override
    public Outcome perform(Session session, Action.DestroySandbox destroy, Progress progress) {
        Resource row = session.resource(destroy.subject());
        Provider provider = sandboxes.provider(session);
        String account = provider.account();
        if (!account.equals(row.account())) {
            return setbacks.notYet(destroy.subject(), "it was made by another account: " + row.account());
        }
        try {
            provider.destroy(row.externalId());
            if (provider.get(row.externalId()).isPresent()) {
                return setbacks.notYet(destroy.subject(), "it is still there after it was destroyed");
            }
        } catch (RemoteFailure failure) {
            return setbacks.releasing(destroy.subject(), failure);
        }
        var proof = Map.<String, Object>of("absent", true, "account", account);
        return (current, now) -> current.sandboxDestroyed(destroy.subject(), proof, now);
    }
}
