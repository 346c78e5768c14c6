package dev.caprock.webhook;

import dev.caprock.secrets.Vault;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** The secrets that deliveries are signed with, sealed under their endpoint's id. */
@Component
class Secrets {

    private static final String CURRENT = "webhook signing secret";
    private static final String PREVIOUS = "previous webhook signing secret";
    private static final int LENGTH = 32;

    private final Vault vault;
    private final SecureRandom random = new SecureRandom();

    Secrets(Vault vault) {
        this.vault = vault;
    }

    /** Makes an endpoint's secret in the caller's transaction, and keeps the one before. As its owner is to be shown it, once. */
    String replace(UUID endpoint) {
        vault.open(endpoint, CURRENT).ifPresent(before -> vault.seal(endpoint, PREVIOUS, before));
        byte[] secret = new byte[LENGTH];
        random.nextBytes(secret);
        vault.seal(endpoint, CURRENT, secret);
        return "whsec_" + Base64.getEncoder().encodeToString(secret);
    }

    /** What to sign with; none where the endpoint was deleted. */
    List<byte[]> of(UUID endpoint, boolean previousToo) {
        var secrets = new ArrayList<byte[]>();
        vault.open(endpoint, CURRENT).ifPresent(secrets::add);
        if (previousToo) {
            vault.open(endpoint, PREVIOUS).ifPresent(secrets::add);
        }
        return secrets;
    }

    void forget(UUID endpoint) {
        vault.forget(endpoint);
    }
}
