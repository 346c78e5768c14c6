package dev.caprock.session.lifecycle;

import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.secrets.Vault;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Component;

/** The sandboxes of stored sessions: who made them, and what opens them. */
@Component
class Sandboxes {

    private final Providers providers;
    private final Vault vault;

    Sandboxes(Providers providers, Vault vault) {
        this.providers = providers;
        this.vault = vault;
    }

    Provider provider(Session session) {
        return providers.named(session.provider());
    }

    /** A session's live sandbox. */
    Sandbox of(Session session) {
        Resource row = session.only(ResourceKind.SANDBOX);
        String access = vault.open(session.id(), SecretName.sandbox(row.id()))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElseThrow(() -> new IllegalStateException("nothing opens the sandbox of session " + session.id()));
        return new Sandbox(row.externalId(), access);
    }

    /** Keeps what opens a sandbox, in the caller's transaction. */
    void keep(Session session, Resource row, Sandbox sandbox) {
        vault.seal(session.id(), SecretName.sandbox(row.id()), sandbox.access().getBytes(StandardCharsets.UTF_8));
    }
}
