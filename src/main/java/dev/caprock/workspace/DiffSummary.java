package dev.caprock.workspace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies between two changes.
 *
 * @param files how many files differ, those in conflict included
 * @param additions lines added
 * @param deletions lines deleted
 * @param truncated whether {@code entries} leaves some out
 * @param entries the files
 */
public record DiffSummary(int files, int additions, int deletions, boolean truncated, List<Entry> entries) {

    public DiffSummary {
        entries = List.copyOf(entries);
    }

    /** Whether the two changes hold the same files. */
    public boolean isEmpty() {
        return files == 0;
    }

    /**
     * One file.
     *
     * @param status {@code added}, {@code modified}, {@code deleted}, {@code renamed}, or {@code conflicted}
     * @param oldPath where it was before; null unless renamed
     */
    public record Entry(
            String path, String status, @Nullable String oldPath) {}
}
