package dev.caprock.sandbox;

/**
 * A sandbox that was made.
 *
 * @param id the provider's id; not a secret
 * @param access what the provider needs to speak to it (tokens, address), in its own form; a secret, stored sealed
 */
public record Sandbox(String id, String access) {

    @Override
    public String toString() {
        return "Sandbox[id=%s, access=***]".formatted(id);
    }
}
