package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Resource;
import dev.caprock.session.Session;
import dev.caprock.workspace.Workspaces;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Looks for a key whose answer was lost. One that is found is revoked, never used: nobody knows its secret. */
@Component
class LookingForCredential implements Doing<Action.LookForCredential> {

    private final Workspaces workspaces;
    private final LifecycleSettings settings;
    private final Setbacks setbacks;

    LookingForCredential(Workspaces workspaces, LifecycleSettings settings, Setbacks setbacks) {
        this.workspaces = workspaces;
        this.settings = settings;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.LookForCredential> action() {
        return Action.LookForCredential.class;
    }

    @Override
    public Outcome perform(Session session, Action.LookForCredential look, Progress progress) {
        Resource credential = session.resource(look.subject());
        if (!SessionCredentials.mode(session).revocable()) { // signed here, and lost with the replica that signed it
            return (current, now) -> current.provedAbsent(look.subject(), Map.of("leftNothing", true), now);
        }
        if (!workspaces.account().equals(credential.account())) {
            return setbacks.notYet(look.subject(), "it was asked for by another account: " + credential.account());
        }
        String name = MintingCredential.keyName(credential);
        try {
            List<String> found = workspaces.liveKeys(name);
            found.forEach(workspaces::revoke);
            if (!found.isEmpty() && workspaces.liveKeys(name).isEmpty()) {
                return (current, now) -> current.lostCredentialRevoked(look.subject(), found, now);
            }
        } catch (RemoteFailure failure) {
            return setbacks.releasing(look.subject(), failure);
        }
        return notFound(credential, look.at());
    }

    private Outcome notFound(Resource credential, Instant lookedAt) {
        return (session, now) -> {
            if (Setbacks.mayStillAppear(credential, settings.mintDeadline(), lookedAt)) {
                setbacks.notYet(credential.id(), "it may still appear").record(session, now);
            } else {
                session.provedAbsent(credential.id(), Map.of("neverAppeared", true), now);
            }
        };
    }
}
