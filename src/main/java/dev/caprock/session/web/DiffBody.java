package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caprock.workspace.FileDiff;
import dev.caprock.workspace.RepoDiff;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session changed, as callers see it.
 *
 * @param settled whether the session changes nothing any more
 * @param truncated whether anything may be left out: there is too much of it, or it cannot be told
 */
record DiffBody(@JsonProperty("final") boolean settled, boolean truncated, List<OfRepo> repos) {

    static DiffBody of(SessionDiff diff) {
        return new DiffBody(
                diff.settled(),
                diff.parts().stream().anyMatch(part -> part.diff().truncated()),
                diff.parts().stream().map(OfRepo::of).toList());
    }

    /**
     * One repo.
     *
     * @param before the change before the session; null when the workspace was never opened
     * @param after the session's own change that is compared with it; the same as before when nothing was changed
     * @param bookmark where the edits are
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfRepo(
            String name,
            @Nullable String before,
            @Nullable String after,
            @Nullable String bookmark,
            int additions,
            int deletions,
            boolean truncated,
            List<OfFile> files) {

        static OfRepo of(SessionDiff.Part part) {
            RepoDiff diff = part.diff();
            return new OfRepo(
                    part.repo(),
                    part.before(),
                    part.after(),
                    part.bookmark(),
                    diff.additions(),
                    diff.deletions(),
                    diff.truncated(),
                    diff.files().stream().map(OfFile::of).toList());
        }
    }

    /**
     * One file.
     *
     * @param omitted why there is no patch although the content differs; null when nothing is left out
     * @param patch for inside of the repo; null when there is none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record OfFile(
            String path,
            @Nullable String oldPath,
            String status,
            int additions,
            int deletions,
            @Nullable String omitted,
            @Nullable String patch) {

        static OfFile of(FileDiff file) {
            String patch = file.patch("");
            return new OfFile(
                    file.path(),
                    file.oldPath(),
                    file.status(),
                    file.additions(),
                    file.deletions(),
                    file.omitted(),
                    patch.isEmpty() ? null : patch);
        }
    }
}
