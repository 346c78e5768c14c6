package dev.caprock.session.lifecycle;

import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Resource;
import dev.caprock.session.Session;
import dev.caprock.workspace.Credential;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.Workspaces;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** Mints what the session mounts with. The secret of one that Mesa makes is known from this one answer only. */
@Component
class MintingCredential implements Doing<Action.MintCredential> {

    private final Workspaces workspaces;
    private final Credentials credentials;
    private final SessionCredentials ofSession;
    private final Installation installation;
    private final Setbacks setbacks;
    private final Ids ids;

    MintingCredential(
            Workspaces workspaces,
            Credentials credentials,
            SessionCredentials ofSession,
            Installation installation,
            Setbacks setbacks,
            Ids ids) {
        this.workspaces = workspaces;
        this.credentials = credentials;
        this.ofSession = ofSession;
        this.installation = installation;
        this.setbacks = setbacks;
        this.ids = ids;
    }

    @Override
    public Class<Action.MintCredential> action() {
        return Action.MintCredential.class;
    }

    /** By this name a key is found whose answer was lost. */
    static String keyName(Resource credential) {
        return Installation.KEY_PREFIX + PublicId.digits(credential.attempt());
    }

    @Override
    public void intend(Session session, Action.MintCredential mint, Instant now) {
        session.intend(mint.subject(), ids.next(), workspaces.account(), now);
    }

    @Override
    public Outcome perform(Session session, Action.MintCredential mint, Progress progress) {
        Resource row = session.resource(mint.subject());
        var tags = installation.keyTags(session.id());
        try {
            Credential minted = credentials.mint(
                    SessionCredentials.mode(session),
                    keyName(row),
                    SessionCredentials.repos(session),
                    ofSession.life(session),
                    tags);
            return (current, now) -> {
                ofSession.keep(current, row, minted);
                current.credentialMinted(row.id(), minted.id(), minted.expiresAt(), now);
            };
        } catch (RemoteFailure failure) {
            return setbacks.making(mint.subject(), failure);
        }
    }
}
