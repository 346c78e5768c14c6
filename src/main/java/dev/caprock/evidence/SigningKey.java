package dev.caprock.evidence;

import dev.caprock.crypto.Ed25519Key;
import java.util.Base64;

/** The private half of a key that signs. */
final class SigningKey {

    private final Ed25519Key key;

    private SigningKey(Ed25519Key key) {
        this.key = key;
    }

    static SigningKey random() {
        return new SigningKey(Ed25519Key.random());
    }

    /**
     * Reads PKCS#8, in PEM or its base64 alone.
     *
     * @throws IllegalArgumentException without any of the text, when it is no such key
     */
    static SigningKey of(String text) {
        try {
            return of(Base64.getDecoder().decode(text.replaceAll("-----[A-Z ]+-----|\\s", "")));
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "not an Ed25519 key in PKCS#8"); // without the cause: it may quote the key
        }
    }

    static SigningKey of(byte[] pkcs8) {
        return new SigningKey(Ed25519Key.of(pkcs8));
    }

    byte[] pkcs8() {
        return key.pkcs8();
    }

    /** As SubjectPublicKeyInfo. */
    byte[] publicKey() {
        return key.publicKey();
    }

    String id() {
        return Digest.of(key.publicKey());
    }

    Envelope sign(String payloadType, byte[] payload) {
        return Envelope.of(payloadType, payload, id(), signature(payloadType, payload));
    }

    byte[] signature(String payloadType, byte[] payload) {
        return key.signature(Envelope.toSign(payloadType, payload));
    }

    @Override
    public String toString() {
        return "SigningKey[id=%s, key=***]".formatted(id());
    }
}
