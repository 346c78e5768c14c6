package dev.caprock.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, of bytes or of a text's UTF-8. */
public final class Sha256 {

    private Sha256() {}

    /** For what comes in parts. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    public static byte[] of(byte[] bytes) {
        return begin().digest(bytes);
    }

    public static byte[] of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** 64 hexadecimal digits. */
    public static String hexadecimal(byte[] bytes) {
        return HexFormat.of().formatHex(of(bytes));
    }

    /** 64 hexadecimal digits. */
    public static String hexadecimal(String text) {
        return HexFormat.of().formatHex(of(text));
    }
}
