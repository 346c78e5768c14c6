package dev.caprock.webhook;

import dev.caprock.secrets.Vault;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** The secrets that deliveries are signed with, sealed under their webhook's id. */
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

    /** Makes a webhook's secret in the caller's transaction, and keeps the one before. As its owner is to be shown it, once. */
    String replace(UUID webhook) {
        vault.open(webhook, CURRENT).ifPresent(before -> vault.seal(webhook, PREVIOUS, before));
        byte[] secret = new byte[LENGTH];
        random.nextBytes(secret);
        vault.seal(webhook, CURRENT, secret);
        return "whsec_" + Base64.getEncoder().encodeToString(secret);
    }

    /** What to sign with; none where the webhook was deleted. */
    List<byte[]> of(UUID webhook, boolean previousToo) {
        var secrets = new ArrayList<byte[]>();
        vault.open(webhook, CURRENT).ifPresent(secrets::add);
        if (previousToo) {
            vault.open(webhook, PREVIOUS).ifPresent(secrets::add);
        }
        return secrets;
    }

    void forget(UUID webhook) {
        vault.forget(webhook);
    }
}
