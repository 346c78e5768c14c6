package dev.caprock.access;

import dev.caprock.crypto.Sha256;
import dev.caprock.id.PublicId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * An API key as its owner has it: {@code cap_} and 80 hexadecimal digits, which are its id (32), 160 random bits (40) and the CRC-32
 * of all before it (8), so that whoever scans for leaked secrets can tell one from other text.
 *
 * @param id public
 * @param text secret
 */
record ApiKeyText(UUID id, String text) {

    static final String PREFIX = "cap_";

    private static final Pattern FORM = Pattern.compile(PREFIX + "([0-9a-f]{32})[0-9a-f]{48}");
    private static final int SECRET_BYTES = 20;
    private static final int CHECKSUM_DIGITS = 8;

    static ApiKeyText make(UUID id, SecureRandom random) {
        var secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String body = PREFIX + PublicId.digits(id) + HexFormat.of().formatHex(secret);
        return new ApiKeyText(id, body + checksum(body));
    }

    /** Empty when it cannot be a key of ours. */
    static Optional<ApiKeyText> parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        int end = text.length() - CHECKSUM_DIGITS;
        return text.substring(end).equals(checksum(text.substring(0, end)))
                ? PublicId.ofDigits(form.group(1)).map(id -> new ApiKeyText(id, text))
                : Optional.empty();
    }

    byte[] hash() {
        return Sha256.of(text);
    }

    /** In the same time, whatever the difference is. */
    boolean hasHash(byte[] stored) {
        return MessageDigest.isEqual(hash(), stored);
    }

    private static String checksum(String body) {
        var sum = new CRC32();
        sum.update(body.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    @Override
    public String toString() {
        return "ApiKeyText[id=%s, text=***]".formatted(id);
    }
}
