package dev.caprock.workspace;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What differs in one file.
 *
 * @param status {@code added}, {@code modified}, {@code deleted}, {@code renamed}, or {@code conflicted}
 * @param oldPath where it was before; null unless renamed
 * @param additions lines added, as far as they were told
 * @param deletions lines deleted, as far as they were told
 * @param omitted why there are no hunks although the content differs: {@code binary}, {@code too_large}, {@code file_limit},
 *     {@code conflict}, or {@code diff_limit} when the whole diff is more than we keep; null when nothing is left out
 * @param hunks in unified form; empty where no line differs
 */
public record FileDiff(
        String path,
        String status,
        @Nullable String oldPath,
        int additions,
        int deletions,
        @Nullable String omitted,
        String hunks) {

    /** How Git abbreviates the id of a file without content. */
    private static final String EMPTY = "e69de29";

    FileDiff withoutHunks(String reason) {
        return hunks.isEmpty() ? this : new FileDiff(path, status, oldPath, additions, deletions, reason, "");
    }

    /**
     * A patch of this file that {@code git apply} and {@code patch -p1} understand. Empty where there is nothing that a patch
     * could say: the hunks are left out, or the file differs in its mode alone, which a diff does not tell.
     *
     * @param folder where the repository lies, {@code /} at its end included; empty when the patch is for inside of it
     */
    public String patch(String folder) {
        boolean added = status.equals("added");
        boolean deleted = status.equals("deleted");
        String from = folder + (oldPath == null ? path : oldPath);
        String to = folder + path;
        if (omitted != null || hunks.isEmpty() && !added && !deleted && oldPath == null) {
            return "";
        }
        var patch = new StringBuilder("diff --git %s %s\n".formatted(quoted("a/" + from), quoted("b/" + to)));
        if (added || deleted) {
            patch.append(added ? "new" : "deleted").append(" file mode 100644\n");
        } else if (oldPath != null) {
            patch.append("rename from %s\nrename to %s\n".formatted(quoted(from), quoted(to)));
        }
        if (!hunks.isEmpty()) {
            patch.append("--- ")
                    .append(added ? "/dev/null" : quoted("a/" + from))
                    .append('\n');
            patch.append("+++ ")
                    .append(deleted ? "/dev/null" : quoted("b/" + to))
                    .append('\n');
        } else if (added || deleted) {
            patch.append("index ")
                    .append(added ? "0000000.." + EMPTY : EMPTY + "..0000000")
                    .append('\n');
        }
        return patch.append(hunks).toString();
    }

    /** As Git writes a name that would break its line. Git leaves blanks, but patch finds no end of a name then. */
    public static String quoted(String name) {
        if (name.chars().noneMatch(character -> character == ' ' || mustBeEscaped(character))) {
            return name;
        }
        var text = new StringBuilder("\"");
        name.chars().forEach(character -> {
            if (mustBeEscaped(character)) {
                text.append(String.format(Locale.ROOT, "\\%03o", character));
            } else {
                text.append((char) character);
            }
        });
        return text.append('"').toString();
    }

    private static boolean mustBeEscaped(int character) {
        return character < ' ' || character == 127 || character == '"' || character == '\\';
    }
}
