package dev.caprock.session.lifecycle;

import dev.caprock.sandbox.Network;
import dev.caprock.secrets.Vault;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The networks of stored sessions, with the secrets that belong to them. */
@Component
class Networks {

    private final Vault vault;
    private final JsonMapper json;

    Networks(Vault vault, JsonMapper json) {
        this.vault = vault;
        this.json = json;
    }

    Network of(Session session) {
        if (session.terms().inject().isEmpty()) {
            return new Network(session.terms().allow(), List.of());
        }
        byte[] sealed = vault.open(session.id(), SecretName.INJECTED)
                .orElseThrow(
                        () -> new IllegalStateException("session %s has lost its headers".formatted(session.id())));
        return new Network(
                session.terms().allow(), json.readValue(sealed, new TypeReference<List<Network.Injection>>() {}));
    }
}
