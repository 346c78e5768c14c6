package dev.caprock.session.lifecycle;

import dev.caprock.id.PublicId;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.session.Resource;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Looks for a sandbox whose create was not answered. The first one found is adopted; there should be no second. */
@Component
class LookingForSandbox implements Doing<Action.LookForSandbox> {

    private final Sandboxes sandboxes;
    private final LifecycleSettings settings;
    private final Setbacks setbacks;
    private final FailOver failOver;

    LookingForSandbox(Sandboxes sandboxes, LifecycleSettings settings, Setbacks setbacks, FailOver failOver) {
        this.sandboxes = sandboxes;
        this.settings = settings;
        this.setbacks = setbacks;
        this.failOver = failOver;
    }

    @Override
    public Class<Action.LookForSandbox> action() {
        return Action.LookForSandbox.class;
    }

    @Override
    public Outcome perform(Session session, Action.LookForSandbox look, Progress progress) {
        Resource row = session.resource(look.subject());
        Provider provider = sandboxes.provider(session);
        if (!provider.account().equals(row.account())) {
            return setbacks.notYet(look.subject(), "it was asked for by another account: " + row.account());
        }
        try {
            List<Sandbox> found = provider.find(PublicId.digits(row.attempt()));
            found.stream().skip(1).forEach(extra -> provider.destroy(extra.id()));
            return found.isEmpty() ? notFound(session, row, provider, look.at()) : adopted(row, found.getFirst());
        } catch (RemoteFailure failure) {
            return setbacks.releasing(look.subject(), failure);
        }
    }

    private Outcome adopted(Resource row, Sandbox sandbox) {
        return (session, now) -> {
            sandboxes.keep(session, row, sandbox);
            session.sandboxCreated(row.id(), sandbox.id(), row.intentAt().plus(settings.sandboxLease()), now);
        };
    }

    private Outcome notFound(Session seen, Resource row, Provider provider, Instant lookedAt) {
        Outcome again = failOver.neverAppeared(seen, row.id());
        return (session, now) -> {
            if (Setbacks.mayStillAppear(row, provider.createDeadline(), lookedAt)) {
                setbacks.notYet(row.id(), "it may still appear").record(session, now);
            } else if (session.status() == SessionStatus.CLOSING) {
                session.provedAbsent(row.id(), Map.of("neverAppeared", true), now);
            } else {
                again.record(session, now);
            }
        };
    }
}
