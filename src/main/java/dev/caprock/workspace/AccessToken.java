package dev.caprock.workspace;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.caprock.crypto.Sha256;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A token that an API key signs without any call: HS256, as the SDK of versions 0.36 to 0.44 made it ({@code access-token.js}
 * of 0.38.0). It dies with its key and cannot be revoked alone. Mesa clamps it to what the key may do.
 *
 * @param keyId the signing key's id
 * @param scopes {@code read}, {@code write}
 * @param repos full names, {@code org/repo}; null means no bound but the key's
 * @param issuedAt counted in whole seconds, the rest is dropped
 * @param life 1 s to 24 h, in whole seconds
 * @param id random, unique to this token
 */
record AccessToken(
        String keyId, List<String> scopes, @Nullable List<String> repos, Instant issuedAt, Duration life, UUID id) {

    private static final Duration LONGEST = CredentialMode.ACCESS_TOKEN.longestLife();

    AccessToken {
        if (life.toSeconds() < 1 || life.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a token lives between 1 s and 24 h, not " + life);
        }
    }

    String signedWith(String apiKey) {
        long start = issuedAt.getEpochSecond();
        var header = new Header("HS256", "mesa-at+jwt", keyId + ".v1");
        var claims = new Claims(keyId, "mesa-api", scopes, repos, start, start + life.toSeconds(), id.toString());
        return Jws.signed(header, claims, text -> signature(apiKey, text));
    }

    private static byte[] signature(String apiKey, byte[] text) {
        try {
            // The signing key is the digest's base64url text, not its 32 bytes: that text is what Mesa stores.
            byte[] key = Base64.getUrlEncoder().withoutPadding().encode(Sha256.of(apiKey));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** In the SDK's order, so that its tokens are ours byte for byte. */
    @JsonPropertyOrder({"alg", "typ", "kid"})
    private record Header(String alg, String typ, String kid) {}

    @JsonPropertyOrder({"iss", "aud", "scopes", "repos", "iat", "exp", "jti"})
    private record Claims(
            String iss,
            String aud,
            List<String> scopes,
            @Nullable List<String> repos,
            long iat,
            long exp,
            String jti) {}
}
