package dev.caprock.workspace;

import java.util.List;

/** How a merge ended. */
public sealed interface Merged {

    /**
     * The target holds the work.
     *
     * @param change the change that the target names
     * @param commit its commit
     */
    record Clean(String change, String commit) implements Merged {}

    /** Both bookmarks named the same commit already. */
    record NothingToDo() implements Merged {}

    /**
     * Nothing was changed; both bookmarks are as they were.
     *
     * @param paths the files in conflict, sorted; empty when Mesa named none
     */
    record Conflict(List<String> paths) implements Merged {

        public Conflict {
            paths = List.copyOf(paths);
        }
    }
}
