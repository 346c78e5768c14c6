package dev.caprock.workspace;

/**
 * A key that we made for one session.
 *
 * @param id what it is revoked by; no secret
 * @param secret the key itself, which Mesa shows only once
 */
public record MintedKey(String id, String secret) {

    @Override
    public String toString() {
        return "MintedKey[id=%s, secret=***]".formatted(id);
    }
}
