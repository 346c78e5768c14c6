package dev.caprock.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/** A private key of Ed25519 (RFC 8032), and the public one that belongs to it. */
public final class Ed25519Key {

    /** PKCS#8 of a 32-byte seed, up to the seed (RFC 8410). */
    private static final byte[] HEADER = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final int LENGTH = 32;

    private final PrivateKey key;
    private final byte[] publicKey;

    private Ed25519Key(byte[] seed) {
        KeyPair pair = pair(seed);
        this.key = pair.getPrivate();
        this.publicKey = pair.getPublic().getEncoded();
    }

    public static Ed25519Key random() {
        byte[] seed = new byte[LENGTH];
        new SecureRandom().nextBytes(seed);
        return new Ed25519Key(seed);
    }

    /**
     * Reads PKCS#8 without a public key in it.
     *
     * @throws IllegalArgumentException without any of the bytes, when it is no such key
     */
    public static Ed25519Key of(byte[] pkcs8) {
        if (pkcs8.length != HEADER.length + LENGTH
                || !Arrays.equals(pkcs8, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            throw new IllegalArgumentException("not an Ed25519 key in PKCS#8");
        }
        return new Ed25519Key(Arrays.copyOfRange(pkcs8, HEADER.length, pkcs8.length));
    }

    public byte[] pkcs8() {
        return key.getEncoded();
    }

    /** The public key as SubjectPublicKeyInfo. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /** The 32 bytes of the public key alone. */
    public byte[] publicBytes() {
        return Arrays.copyOfRange(publicKey, publicKey.length - LENGTH, publicKey.length);
    }

    /** 64 bytes, the same for the same message. */
    public byte[] signature(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(message);
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
        return "Ed25519Key[***]";
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
