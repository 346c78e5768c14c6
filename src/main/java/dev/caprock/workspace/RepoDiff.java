package dev.caprock.workspace;

import java.util.ArrayList;
import java.util.List;

/**
 * What lies between two changes of a repository, line by line.
 *
 * @param additions lines added, those that are left out below included as far as they were told
 * @param deletions lines deleted
 * @param truncated whether files, or hunks of files that have some, may be left out
 */
public record RepoDiff(int additions, int deletions, boolean truncated, List<FileDiff> files) {

    /** Why a file is shown without its hunks once there are too many. */
    static final String LIMIT = "diff_limit";

    /** Nothing differs. */
    public static final RepoDiff NONE = new RepoDiff(0, 0, false, List.of());

    /** Whether anything differs cannot be told. */
    public static final RepoDiff UNTOLD = new RepoDiff(0, 0, true, List.of());

    public RepoDiff {
        files = List.copyOf(files);
    }

    /** How many characters its hunks have. */
    public int size() {
        return files.stream().mapToInt(file -> file.hunks().length()).sum();
    }

    /** This diff, without the hunks for which there is no more room. */
    public RepoDiff within(int room) {
        var kept = new ArrayList<FileDiff>();
        int left = room;
        for (FileDiff file : files) {
            boolean fits = file.hunks().length() <= left;
            kept.add(fits ? file : file.withoutHunks(LIMIT));
            left -= fits ? file.hunks().length() : 0;
        }
        return kept.equals(files) ? this : new RepoDiff(additions, deletions, true, kept);
    }
}
