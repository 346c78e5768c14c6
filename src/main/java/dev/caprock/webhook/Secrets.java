package dev.caprock.webhook;

import dev.caprock.secrets.Sealed;
import dev.caprock.secrets.Vault;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** The secrets of several webhooks, still sealed: one that cannot be opened stops nobody else. */
    Map<UUID, List<Sealed>> of(Collection<UUID> webhooks) {
        return vault.sealed(webhooks).stream().collect(Collectors.groupingBy(Sealed::owner));
    }

    /** What to sign with, the current one first; none where the webhook was deleted before it was claimed. */
    List<byte[]> open(Claimed claimed) {
        return Stream.of(CURRENT, PREVIOUS)
                .filter(name -> name.equals(CURRENT) || claimed.previousSecretToo())
                .flatMap(name ->
                        claimed.secrets().stream().filter(each -> each.name().equals(name)))
                .map(vault::open)
                .toList();
    }

    void forget(UUID webhook) {
        vault.forget(webhook);
    }
}
