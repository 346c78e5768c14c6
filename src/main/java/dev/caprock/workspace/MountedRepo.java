package dev.caprock.workspace;

import org.jspecify.annotations.Nullable;

/**
 * A repository as a session's mount shows it.
 *
 * @param id what Mesa knows it by, whatever its name
 * @param writable whether the agent may edit it
 * @param base the bookmark that it starts from
 * @param baseChange the change that {@code base} named when the workspace was opened; null until then
 * @param own the session's own bookmark, where the agent edits that; null where it sees {@code base} itself
 */
public record MountedRepo(
        String id,
        String name,
        boolean writable,
        String base,
        @Nullable String baseChange,
        @Nullable String own) {

    public MountedRepo {
        RepoName.checked(name);
        BookmarkName.checked(base);
        if (own != null) {
            BookmarkName.checked(own);
            if (!writable) {
                throw new IllegalArgumentException("a repo to read only has no bookmark of its own: " + name);
            }
        }
    }

    /** The bookmark that the mount shows. */
    String shown() {
        return own == null ? base : own;
    }
}
