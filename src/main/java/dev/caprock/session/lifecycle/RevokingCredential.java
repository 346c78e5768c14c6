package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Resource;
import dev.caprock.session.Session;
import dev.caprock.workspace.CredentialEnd;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.Workspaces;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Revokes the session's credential and tries it: only its refusal proves that it is dead. */
@Component
class RevokingCredential implements Doing<Action.RevokeCredential> {

    private final Workspaces workspaces;
    private final Credentials credentials;
    private final SessionCredentials ofSession;
    private final Setbacks setbacks;

    RevokingCredential(
            Workspaces workspaces, Credentials credentials, SessionCredentials ofSession, Setbacks setbacks) {
        this.workspaces = workspaces;
        this.credentials = credentials;
        this.ofSession = ofSession;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.RevokeCredential> action() {
        return Action.RevokeCredential.class;
    }

    @Override
    public Outcome perform(Session session, Action.RevokeCredential revoke, Progress progress) {
        UUID subject = revoke.subject();
        Resource credential = session.resource(subject);
        String account = workspaces.account();
        if (!account.equals(credential.account())) {
            return setbacks.notYet(subject, "it was made by another account: " + credential.account());
        }
        try {
            return switch (credentials.end(ofSession.kept(session, credential))) {
                case CredentialEnd.Refused() -> {
                    var proof = Map.<String, Object>of("refused", true, "account", account);
                    yield (current, now) -> current.credentialRevoked(subject, proof, now);
                }
                case CredentialEnd.StillWorks() ->
                    setbacks.notYet(subject, "what it gives access with still works after it was revoked");
                case CredentialEnd.Outlives(Instant until) ->
                    (current, now) -> current.credentialOutlives(subject, until, now);
            };
        } catch (RemoteFailure failure) {
            return setbacks.releasing(subject, failure);
        }
    }
}
