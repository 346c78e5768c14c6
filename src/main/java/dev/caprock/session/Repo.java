package dev.caprock.session;

import org.jspecify.annotations.Nullable;

/**
 * A repo that a session mounts.
 *
 * @param bookmark the base bookmark; null until the repo's default is known
 * @param id the repo's own id; null until it has been looked up
 * @param before the change that the base bookmark pointed to when the workspace was opened
 * @param work the session's own change; null where the agent edits the base bookmark itself, and until it is seen where the
 *     mount makes it
 * @param after what the session left: the change of its bookmark, or of the base bookmark once published
 * @param commit the commit of {@code after}; null where nothing was changed
 */
public record Repo(
        String name,
        Mode mode,
        @Nullable String bookmark,
        boolean createIfMissing,
        @Nullable String id,
        @Nullable String before,
        @Nullable String work,
        @Nullable String after,
        @Nullable String commit) {

    /** What the agent may do to it. */
    public enum Mode {
        RO,
        RW
    }

    public static Repo asked(String name, Mode mode, @Nullable String bookmark, boolean createIfMissing) {
        return new Repo(name, mode, bookmark, createIfMissing, null, null, null, null, null);
    }

    public boolean writable() {
        return mode == Mode.RW;
    }

    /** The base bookmark of a repo that has been looked up. */
    public String base() {
        return present(bookmark, "bookmark: it has not been looked up");
    }

    /** The change that the session started from, once its workspace is open. */
    public String opening() {
        return present(before, "base change");
    }

    /** The session's own change, where it has one. */
    public String own() {
        return present(work, "change of its own");
    }

    private String present(@Nullable String value, String what) {
        if (value == null) {
            throw new IllegalStateException("repo %s has no %s".formatted(name, what));
        }
        return value;
    }

    public Repo found(String repoId, String defaultBookmark) {
        return new Repo(
                name,
                mode,
                bookmark == null ? defaultBookmark : bookmark,
                createIfMissing,
                repoId,
                before,
                work,
                after,
                commit);
    }

    public Repo opened(String baseChange, @Nullable String workChange) {
        return new Repo(name, mode, bookmark, createIfMissing, id, baseChange, workChange, after, commit);
    }

    /** The session has a change of its own here. */
    public Repo working(String change) {
        return new Repo(name, mode, bookmark, createIfMissing, id, before, change, after, commit);
    }

    public Repo settled(String change, @Nullable String head) {
        return new Repo(name, mode, bookmark, createIfMissing, id, before, work, change, head);
    }
}
