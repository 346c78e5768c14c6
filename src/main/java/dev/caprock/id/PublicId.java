package dev.caprock.id;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids as callers see them: a prefix that names the kind, and the UUID in 32 hexadecimal digits; they sort by time. */
public enum PublicId {
    SESSION("ses_"),
    RUN("run_"),
    API_KEY("key_"),
    WEBHOOK("whk_"),
    DELIVERY("dlv_");

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{32}");

    private final String prefix;

    PublicId(String prefix) {
        this.prefix = prefix;
    }

    public String text(UUID id) {
        return prefix + digits(id);
    }

    /** Empty when the text is not an id of this kind. */
    public Optional<UUID> parse(String text) {
        if (!text.startsWith(prefix)) {
            return Optional.empty();
        }
        return ofDigits(text.substring(prefix.length()));
    }

    /** The id whose {@link #digits} these are; empty when they are not. */
    public static Optional<UUID> ofDigits(String digits) {
        return DIGITS.matcher(digits).matches() ? Optional.of(uuid(digits)) : Optional.empty();
    }

    /** The UUID's 32 digits, usable where a remote takes only letters and digits. */
    public static String digits(UUID id) {
        return id.toString().replace("-", "");
    }

    private static UUID uuid(String digits) {
        return new UUID(Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
    }
}
