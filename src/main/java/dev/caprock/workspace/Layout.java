package dev.caprock.workspace;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a mount shows where: the file of {@code mesa mount --layout}, known since version 0.44. A repository is a folder of its
 * name right below the mount point; there is no folder of the organisation.
 */
record Layout(Map<String, Declaration> places) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * Where each is to be shown.
     *
     * @param begun names of those that have the session's own bookmark already, from an earlier mount: that one is resumed,
     *     since nobody says what making it again does
     */
    static Layout of(List<MountedRepo> repos, Set<String> begun) {
        var places = new TreeMap<String, Declaration>();
        for (MountedRepo repo : repos) {
            Declaration before = places.put(path(repo.name()), declaration(repo, begun.contains(repo.name())));
            if (before != null) {
                throw new IllegalArgumentException("a layout has one place for the repository " + repo.name());
            }
        }
        return new Layout(places);
    }

    /** A repository's folder below the mount point. */
    static String path(String repo) {
        return "/" + RepoName.checked(repo);
    }

    private static Declaration declaration(MountedRepo repo, boolean begun) {
        String mode = repo.writable() ? "rw" : "ro";
        return repo.own() == null || begun
                ? new Declaration("repo", repo.name(), mode, new At(repo.shown()), null)
                : new Declaration("repo", repo.name(), mode, null, branch(repo, repo.own()));
    }

    /** From the very change that the workspace was opened at; of an empty repository only the bookmark is sure to be known. */
    private static Branch branch(MountedRepo repo, String own) {
        var as = new As(own, own);
        String change = repo.baseChange();
        return change == null || change.equals(Tip.ROOT)
                ? new Branch(repo.base(), null, as)
                : new Branch(null, change, as);
    }

    String json() {
        return JSON.writeValueAsString(places);
    }

    /** A repository. Without a branch it is shown, and edited, at a bookmark. */
    @JsonPropertyOrder({"kind", "name", "mode", "at", "branchedFrom"})
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Declaration(
            String kind,
            String name,
            String mode,
            @Nullable At at,
            @Nullable Branch branchedFrom) {}

    record At(String bookmark) {}

    /** A new change over a bookmark's or another, and what is to name it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Branch(@Nullable String bookmark, @Nullable String changeId, As as) {}

    record As(String bookmark, String describe) {}
}
