package dev.caprock.evidence;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** The private half of a key that signs. */
final class SigningKey {

    /** PKCS#8 of a 32-byte Ed25519 seed, up to the seed. */
    private static final byte[] HEADER = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final int LENGTH = 32;

    private final PrivateKey key;
    private final byte[] publicKey;

    private SigningKey(KeyPair pair) {
        this.key = pair.getPrivate();
        this.publicKey = pair.getPublic().getEncoded();
    }

    static SigningKey random() {
        byte[] seed = new byte[LENGTH];
        new SecureRandom().nextBytes(seed);
        return new SigningKey(pair(seed));
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
        if (pkcs8.length != HEADER.length + LENGTH
                || !Arrays.equals(pkcs8, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            throw new IllegalArgumentException("not an Ed25519 key in PKCS#8");
        }
        return new SigningKey(pair(Arrays.copyOfRange(pkcs8, HEADER.length, pkcs8.length)));
    }

    byte[] pkcs8() {
        return key.getEncoded();
    }

    /** As SubjectPublicKeyInfo. */
    byte[] publicKey() {
        return publicKey.clone();
    }

    String id() {
        return Digest.of(publicKey);
    }

    Envelope sign(String payloadType, byte[] payload) {
        return Envelope.of(payloadType, payload, id(), signature(payloadType, payload));
    }

    byte[] signature(String payloadType, byte[] payload) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(Envelope.toSign(payloadType, payload));
            return signature.sign();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java since 15 has Ed25519", missing);
        }
    }

    /** The JDK derives no public key from a private one, but a generator makes both of what it takes for chance. */
    private static KeyPair pair(byte[] seed) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
            KeyPair pair = generator.generateKeyPair();
            byte[] used = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            if (!Arrays.equals(used, seed)) {
                throw new IllegalStateException("this Java does not make an Ed25519 key of its random source alone");
            }
            return pair;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java since 15 has Ed25519", missing);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[id=%s, key=***]".formatted(id());
    }

    /** A source of chance that has only one thing to say. */
    private static final class Given extends SecureRandom {

        private static final long serialVersionUID = 1;

        private final byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
