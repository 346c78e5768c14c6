package dev.caprock.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last 64 KiB of a stream. */
final class Tail {

    private static final int LIMIT = 64 << 10;

    private byte[] kept = new byte[0];

    void add(byte[] bytes) {
        int fromKept = Math.min(kept.length, Math.max(0, LIMIT - bytes.length));
        int fromBytes = Math.min(bytes.length, LIMIT);
        byte[] joined = Arrays.copyOfRange(kept, kept.length - fromKept, kept.length + fromBytes);
        System.arraycopy(bytes, bytes.length - fromBytes, joined, fromKept, fromBytes);
        kept = joined;
    }

    /** As text; bytes that are not UTF-8 become the replacement character. */
    String text() {
        return new String(kept, StandardCharsets.UTF_8);
    }
}
