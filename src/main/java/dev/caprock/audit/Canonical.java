package dev.caprock.audit;

import dev.caprock.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record that its hash covers: the UTF-8 of the JSON array
 * {@code [chain, seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail]} without white space.
 * {@code seq} is a number, {@code at} is UTC with six digits of a second, an absent value is {@code null}, {@code detail} is the
 * stored JSON text as a string, and strings are escaped as in RFC 8785. The hash is SHA-256 of the previous hash followed by these
 * bytes. Changing any of this breaks every chain; the first migration documents it for third parties.
 */
final class Canonical {

    static final String NOTHING_BEFORE = "0".repeat(64);

    private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Canonical() {}

    /** The hash that a record must have, in hexadecimal; its {@code hash} component is not looked at. */
    static String hash(AuditRecord record) {
        var digest = Sha256.begin();
        digest.update(HexFormat.of().parseHex(record.previous()));
        return HexFormat.of().formatHex(digest.digest(text(record).getBytes(StandardCharsets.UTF_8)));
    }

    static String text(AuditRecord record) {
        var actor = record.actor();
        return "["
                + String.join(
                        ",",
                        string(record.chain().toString()),
                        Long.toString(record.seq()),
                        string(time(record.at())),
                        string(actor.tenant()),
                        string(actor.subject()),
                        string(record.action()),
                        string(record.target()),
                        string(actor.requestId()),
                        string(actor.sourceAddress()),
                        string(record.outcome()),
                        string(record.detail()))
                + "]";
    }

    static String time(Instant at) {
        return MICROSECONDS.format(at);
    }

    private static String string(@Nullable String value) {
        if (value == null) {
            return "null";
        }
        var quoted = new StringBuilder(value.length() + 2).append('"');
        value.chars().forEach(unit -> quoted.append(escaped((char) unit)));
        return quoted.append('"').toString();
    }

    private static String escaped(char unit) {
        return switch (unit) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\b' -> "\\b";
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\f' -> "\\f";
            case '\r' -> "\\r";
            default -> unit < 0x20 ? "\\u%04x".formatted((int) unit) : String.valueOf(unit);
        };
    }
}
