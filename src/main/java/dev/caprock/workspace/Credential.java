package dev.caprock.workspace;

import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one session mounts with, or what that is signed from.
 *
 * @param id what it is known by outside, and revoked by where it can be; no secret
 * @param secret a key, or a token that cannot be made again
 * @param expiresAt when the mount's access ends, unless it is revoked before
 */
public record Credential(CredentialMode mode, String id, String secret, Instant expiresAt) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** All of it, to be kept encrypted until the session has closed: Mesa shows a key only once. */
    public byte[] toBytes() {
        return JSON.writeValueAsBytes(this);
    }

    /** Reads {@link #toBytes}. */
    public static Credential of(byte[] bytes) {
        return JSON.readValue(bytes, Credential.class);
    }

    @Override
    public String toString() {
        return "Credential[mode=%s, id=%s, secret=***, expiresAt=%s]".formatted(mode, id, expiresAt);
    }
}
