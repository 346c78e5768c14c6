package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.secrets.Vault;
import dev.caprock.session.Ids;
import dev.caprock.session.PublicId;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import dev.caprock.workspace.MintedKey;
import dev.caprock.workspace.Workspaces;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Mints the key that the session's token is derived from. Its secret is known from this one answer only. */
@Component
class MintingCredential implements Doing<Action.MintCredential> {

    private final Workspaces workspaces;
    private final CredentialLife life;
    private final Vault vault;
    private final Installation installation;
    private final Setbacks setbacks;
    private final Ids ids;

    MintingCredential(
            Workspaces workspaces,
            CredentialLife life,
            Vault vault,
            Installation installation,
            Setbacks setbacks,
            Ids ids) {
        this.workspaces = workspaces;
        this.life = life;
        this.vault = vault;
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
        return "caprock-" + PublicId.digits(credential.attempt());
    }

    @Override
    public void intend(Session session, Action.MintCredential mint, Instant now) {
        session.intend(mint.subject(), ids.next(), workspaces.account(), now);
    }

    @Override
    public Outcome perform(Session session, Action.MintCredential mint, Progress progress) {
        Resource credential = session.resource(mint.subject());
        List<String> repoIds = session.repos().stream()
                .map(repo -> Objects.requireNonNull(repo.id()))
                .toList();
        boolean write = session.repos().stream().anyMatch(Repo::writable);
        var tags = Map.of("caprock-owner", installation.tag(), "caprock-session", PublicId.digits(session.id()));
        try {
            MintedKey key = workspaces.mint(keyName(credential), repoIds, write, life.ofKey(), tags);
            return minted(credential, key);
        } catch (RemoteFailure failure) {
            return setbacks.making(mint.subject(), failure);
        }
    }

    private Outcome minted(Resource credential, MintedKey key) {
        return (session, now) -> {
            String name = SecretName.credential(credential.id());
            vault.seal(session.id(), name, key.secret().getBytes(StandardCharsets.UTF_8));
            session.credentialMinted(
                    credential.id(), key.id(), credential.intentAt().plus(life.ofKey()), now);
        };
    }
}
