package dev.caprock.session.web;

import dev.caprock.workspace.FileDiff;
import dev.caprock.workspace.RepoDiff;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session changed.
 *
 * @param settled whether the session changes nothing any more
 */
record SessionDiff(boolean settled, List<Part> parts) {

    SessionDiff {
        parts = List.copyOf(parts);
    }

    /**
     * What it changed in one repo.
     *
     * @param before the change before the session; null when the workspace was never opened
     * @param after the session's own change; the same as before when nothing was changed
     * @param bookmark where the edits are; null while the repo's default is not known
     */
    record Part(
            String repo,
            @Nullable String before,
            @Nullable String after,
            @Nullable String bookmark,
            RepoDiff diff) {}

    /**
     * A unified patch. What a patch cannot say stands in lines that begin with {@code #}, which {@code git apply} and
     * {@code patch} skip. The files of several repos lie in a folder per repo, named after it, lest one repo's patch be
     * applied to another's files.
     */
    String text() {
        var text = new StringBuilder();
        if (!settled) {
            text.append("# not final: the session may go on to change this\n");
        }
        parts.forEach(part -> write(part, parts.size() > 1 ? part.repo() + "/" : "", text));
        return text.toString();
    }

    private static void write(Part part, String folder, StringBuilder text) {
        RepoDiff diff = part.diff();
        text.append("# repo %s: %d files differ, %d lines added, %d deleted\n"
                .formatted(part.repo(), diff.files().size(), diff.additions(), diff.deletions()));
        if (part.before() != null && part.after() != null) {
            text.append("# from change %s to %s\n".formatted(part.before(), part.after()));
        }
        if (diff.truncated()) {
            text.append("# truncated: there may be more than this patch shows\n");
        }
        for (FileDiff file : diff.files()) {
            String patch = file.patch(folder);
            text.append(patch.isEmpty() ? leftOut(file, folder) : patch);
        }
    }

    private static String leftOut(FileDiff file, String folder) {
        String why = file.omitted() == null ? "no line differs" : file.omitted();
        return "# not in this patch: %s %s (%s)\n".formatted(file.status(), FileDiff.quoted(folder + file.path()), why);
    }
}
