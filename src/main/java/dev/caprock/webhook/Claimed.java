package dev.caprock.webhook;

import dev.caprock.secrets.Sealed;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that we, and nobody else, may send now.
 *
 * @param claim names this claim: a result is recorded under it, so that one who was held up past its end records nothing
 * @param beginBy an attempt that begins later could outlast the claim
 * @param attempts with this one
 * @param traceparent where the event's session belongs in a trace; null where it belongs in none
 * @param previousSecretToo whether the secret before the last rotation still signs
 * @param secrets all that the webhook has
 */
record Claimed(
        UUID id,
        UUID webhook,
        UUID claim,
        Instant beginBy,
        String url,
        String payload,
        @Nullable String traceparent,
        int attempts,
        boolean previousSecretToo,
        List<Sealed> secrets) {

    Claimed {
        secrets = List.copyOf(secrets);
    }

    Claimed with(List<Sealed> found) {
        return new Claimed(id, webhook, claim, beginBy, url, payload, traceparent, attempts, previousSecretToo, found);
    }
}
