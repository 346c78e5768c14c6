package dev.caprock.workspace;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a bookmark may be called. Mesa publishes no rule; this one keeps a name inside its own place in an address. */
public final class BookmarkName {

    private static final Pattern ALLOWED = Pattern.compile("[^\\s\\p{Cntrl}\\\\]{1,255}");

    private BookmarkName() {}

    /** Why this is no bookmark name, as a sentence for the person who wrote it; empty when it is one. */
    public static Optional<String> problem(String name) {
        boolean plain = ALLOWED.matcher(name).matches()
                && Arrays.stream(name.split("/", -1))
                        .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        return plain
                ? Optional.empty()
                : Optional.of("A bookmark name has 1 to 255 characters without spaces or backslashes,"
                        + " and none of its parts between slashes is empty, \".\" or \"..\".");
    }

    /** Returns the name, or throws {@link IllegalArgumentException}: {@code ..} would name the repository itself. */
    static String checked(String name) {
        problem(name).ifPresent(sentence -> {
            throw new IllegalArgumentException(sentence);
        });
        return name;
    }
}
