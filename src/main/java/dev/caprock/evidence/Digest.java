package dev.caprock.evidence;

import dev.caprock.crypto.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256, in hexadecimal. */
final class Digest {

    static final String OF_NOTHING_BEFORE = "0".repeat(64);

    private final MessageDigest digest = Sha256.begin();

    static String of(byte[] bytes) {
        return Sha256.hexadecimal(bytes);
    }

    static String of(String text) {
        return Sha256.hexadecimal(text);
    }

    void add(byte[] bytes) {
        digest.update(bytes);
    }

    /** Of all that was added; nothing may be added after. */
    String hexadecimal() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
