package dev.caprock.webhook;

import java.util.UUID;

/**
 * A delivery that we, and nobody else, may send now.
 *
 * @param claim names this claim: a result is recorded under it, so that one who was held up past its end records nothing
 * @param attempts with this one
 * @param previousSecretToo whether the secret before the last rotation still signs
 */
record Claimed(
        UUID id, UUID webhook, UUID claim, String url, String payload, int attempts, boolean previousSecretToo) {}
