package dev.caprock.simulator.mesa;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The content of one file: equal when bytes and mode are equal. */
final class Blob {
    private final byte[] bytes;
    private final boolean executable;
    private final String sha;

    Blob(byte[] bytes, boolean executable) {
        this.bytes = bytes.clone();
        this.executable = executable;
        this.sha = sha("blob " + bytes.length + "\0", bytes);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    int size() {
        return bytes.length;
    }

    boolean executable() {
        return executable;
    }

    String mode() {
        return executable ? "100755" : "100644";
    }

    /** Git's object id of the bytes. */
    String sha() {
        return sha;
    }

    /** The content as text, or null if it is binary. */
    @Nullable
    String text() {
        for (byte b : bytes) {
            if (b == 0) {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    static String sha(String header, byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(header.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Blob blob && blob.sha.equals(sha) && blob.executable == executable;
    }

    @Override
    public int hashCode() {
        return sha.hashCode();
    }
}
