package dev.caprock.problem;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may write where a text is stored or looked for. PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair: sent
 * there, either would end as our mistake rather than as the caller's.
 */
public final class Text {

    /** What to say of one that is not. */
    public static final String NOT_STORABLE = "Must not hold NUL or half a surrogate pair.";

    private Text() {}

    public static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether it is a line of 1 to {@code longest} characters, and more than blanks. */
    public static boolean isLine(String text, int longest) {
        return !text.isBlank()
                && text.length() <= longest
                && text.chars().noneMatch(Character::isISOControl)
                && isStorable(text);
    }

    /** A parameter as it came; throws a problem that names it when it cannot be looked for. */
    public static @Nullable String storable(String pointer, @Nullable String text) {
        if (text != null && !isStorable(text)) {
            throw Problem.invalid(pointer, NOT_STORABLE);
        }
        return text;
    }
}
