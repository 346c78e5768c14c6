package dev.caprock.simulator.mesa;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;

/** Ed25519 keys between the JDK's form and that of a JWK. */
final class Ed25519 {
    private static final int LENGTH = 32;

    private Ed25519() {}

    static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The {@code x} of the JWK: y little-endian, the top bit telling whether x is odd. */
    static String x(PublicKey key) {
        EdECPoint point = ((EdECPublicKey) key).getPoint();
        byte[] raw = new byte[LENGTH];
        byte[] y = point.getY().toByteArray();
        for (int i = 0; i < Math.min(LENGTH, y.length); i++) {
            raw[i] = y[y.length - 1 - i];
        }
        raw[LENGTH - 1] |= (byte) (point.isXOdd() ? 0x80 : 0);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    static boolean verify(String x, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey(x));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static PublicKey publicKey(String x) throws GeneralSecurityException {
        byte[] raw = Base64.getUrlDecoder().decode(x);
        byte[] bigEndian = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            bigEndian[i] = raw[raw.length - 1 - i];
        }
        boolean odd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }
}
