package dev.caprock.evidence;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys that somebody trusts, by their ids. */
final class PublicKeys {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    private final @Nullable Map<String, PublicKey> keys;

    private PublicKeys(@Nullable Map<String, PublicKey> keys) {
        this.keys = keys;
    }

    /** @param encoded each as SubjectPublicKeyInfo */
    static PublicKeys of(Iterable<byte[]> encoded) {
        var keys = new HashMap<String, PublicKey>();
        for (byte[] each : encoded) {
            keys.put(Digest.of(each), key(each));
        }
        return new PublicKeys(keys);
    }

    /**
     * All keys in a text of PEM blocks.
     *
     * @throws IllegalArgumentException when there is none, or one that is no Ed25519 key
     */
    static PublicKeys ofPem(String text) {
        var found = PEM.matcher(text)
                .results()
                .map(block -> Base64.getMimeDecoder().decode(block.group(1)))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no -----BEGIN PUBLIC KEY----- in it");
        }
        return of(found);
    }

    /** For who has no key: every signature is left unverified. */
    static PublicKeys none() {
        return new PublicKeys(null);
    }

    /** Whether signatures are verified. */
    boolean verify() {
        return keys != null;
    }

    /** Verifies every signature of an envelope before anything in it is believed. */
    Opened open(Envelope envelope, String payloadType) {
        if (!payloadType.equals(envelope.payloadType())) {
            return new Opened.Refused("its payload type is %s, not %s".formatted(envelope.payloadType(), payloadType));
        }
        byte[] payload = decoded(envelope.payload());
        if (payload == null) {
            return new Opened.Refused("its payload is not in base64");
        }
        if (keys == null) {
            return new Opened.Authentic(payload);
        }
        if (envelope.signatures().isEmpty()) {
            return new Opened.Refused("it is not signed");
        }
        byte[] signed = Envelope.toSign(payloadType, payload);
        for (Envelope.Signature signature : envelope.signatures()) {
            PublicKey key = keys.get(signature.keyid());
            if (key == null) {
                return new Opened.Refused("it is signed by key %s, which is not trusted".formatted(signature.keyid()));
            }
            if (!verifies(key, signed, decoded(signature.sig()))) {
                return new Opened.Refused("its signature by key %s is wrong".formatted(signature.keyid()));
            }
        }
        return new Opened.Authentic(payload);
    }

    private static boolean verifies(PublicKey key, byte[] signed, byte @Nullable [] signature) {
        if (signature == null) {
            return false;
        }
        try {
            var check = java.security.Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(signed);
            return check.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    /** Null unless the text is the one way to write these bytes, so that no character of it can be changed unnoticed. */
    private static byte @Nullable [] decoded(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return Base64.getEncoder().encodeToString(bytes).equals(base64) ? bytes : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static PublicKey key(byte[] encoded) {
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            if (!Arrays.equals(key.getEncoded(), encoded)) {
                throw new IllegalArgumentException("an Ed25519 public key has something more in it");
            }
            return key;
        } catch (GeneralSecurityException malformed) {
            throw new IllegalArgumentException("not an Ed25519 public key", malformed);
        }
    }
}
