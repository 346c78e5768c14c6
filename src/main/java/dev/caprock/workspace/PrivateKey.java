package dev.caprock.workspace;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An organisation's private key: {@code mesa_private_key_<organisation>_<key>}, the key being the base64url text of an
 * Ed25519 key in PKCS#8, as Mesa's dashboard shows it (SDK 0.43 and later). Whoever has it may do everything in the
 * organisation; it never enters a sandbox, a message or a log.
 */
final class PrivateKey {

    private static final String PREFIX = "mesa_private_key_";
    private static final Pattern TEXT =
            Pattern.compile(PREFIX + "([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)_([A-Za-z0-9_-]{64})");

    /** PKCS#8 of a 32-byte Ed25519 seed, up to the seed. */
    private static final byte[] HEADER = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final int LENGTH = 32;

    private final String organisation;
    private final java.security.PrivateKey key;
    private final String publicPart;

    private PrivateKey(String organisation, byte[] seed) {
        KeyPair pair = pair(seed);
        this.organisation = organisation;
        this.key = pair.getPrivate();
        this.publicPart = encoded(((EdECPublicKey) pair.getPublic()).getPoint());
    }

    /** Throws {@link IllegalArgumentException}, without any of the text, when it is no such key. */
    static PrivateKey of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not of the form mesa_private_key_<organisation>_<64 characters>");
        }
        byte[] der = Base64.getUrlDecoder().decode(parts.group(2));
        if (!Arrays.equals(der, 0, HEADER.length, HEADER, 0, HEADER.length)) {
            throw new IllegalArgumentException("not an Ed25519 key in PKCS#8");
        }
        return new PrivateKey(parts.group(1), Arrays.copyOfRange(der, HEADER.length, der.length));
    }

    /** Whether a text holds what looks like a private key: such a text goes to nobody. */
    static boolean isIn(String text) {
        return text.contains(PREFIX) || text.contains("-----BEGIN");
    }

    /** The slug of the organisation whose key it is. */
    String organisation() {
        return organisation;
    }

    /** The {@code x} of its public JWK. */
    String publicPart() {
        return publicPart;
    }

    byte[] signature(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java since 15 has Ed25519", e);
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
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java since 15 has Ed25519", e);
        }
    }

    /** RFC 8032, 5.1.2: y in little-endian order, and in its topmost bit whether x is odd. */
    private static String encoded(EdECPoint point) {
        byte[] y = point.getY().toByteArray();
        byte[] raw = new byte[LENGTH];
        for (int i = 0; i < Math.min(LENGTH, y.length); i++) {
            raw[i] = y[y.length - 1 - i];
        }
        if (point.isXOdd()) {
            raw[LENGTH - 1] |= (byte) 0x80;
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    @Override
    public String toString() {
        return "PrivateKey[organisation=%s, key=***]".formatted(organisation);
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
