package dev.caprock.workspace;

/**
 * What a bookmark names.
 *
 * @param change keeps its id while it is edited
 * @param commit moves with every edit
 */
public record Tip(String change, String commit) {

    /** The change below all changes: the empty tree. A repository that was never written has it as its head. */
    public static final String ROOT = "z".repeat(32);

    /** The commit of {@link #ROOT}. */
    static final String ROOT_COMMIT = "0".repeat(40);
}
