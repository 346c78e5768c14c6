package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.secrets.Vault;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import dev.caprock.workspace.MintedKey;
import dev.caprock.workspace.Workspaces;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Revokes the session's key and tries a token of it: only its refusal proves that it is dead. */
@Component
class RevokingCredential implements Doing<Action.RevokeCredential> {

    private static final Duration TRIAL = Duration.ofMinutes(5);

    private final Workspaces workspaces;
    private final Vault vault;
    private final Setbacks setbacks;

    RevokingCredential(Workspaces workspaces, Vault vault, Setbacks setbacks) {
        this.workspaces = workspaces;
        this.vault = vault;
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
            workspaces.revoke(credential.externalId());
            if (!workspaces.refused(token(session, credential))) {
                return setbacks.notYet(subject, "its token still works after it was revoked");
            }
        } catch (RemoteFailure failure) {
            return setbacks.releasing(subject, failure);
        }
        var proof = Map.<String, Object>of("refused", true, "account", account);
        return (current, now) -> current.credentialRevoked(subject, proof, now);
    }

    /** Signed as the mount's own was, by the same key. */
    private String token(Session session, Resource credential) {
        byte[] secret = vault.open(session.id(), SecretName.credential(credential.id()))
                .orElseThrow(() -> new IllegalStateException("the secret of %s is gone".formatted(credential.id())));
        var key = new MintedKey(credential.externalId(), new String(secret, StandardCharsets.UTF_8));
        List<String> names = session.repos().stream().map(Repo::name).toList();
        return workspaces.token(key, names, false, TRIAL);
    }
}
