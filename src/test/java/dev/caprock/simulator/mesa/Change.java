package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A unit of work: its id stays, its commit moves with every edit. Guarded by its repository. */
final class Change {
    /** The id of the virtual root, the empty tree under every repository. */
    static final String ROOT = "z".repeat(32);

    private final String id;
    private final long number;
    private final List<String> parents;
    private final Instant createdAt;
    private final Author committer;
    private Author author;
    private String message;
    private Tree tree;
    private Map<String, Conflict> conflicts;
    private Instant updatedAt;
    private String commit;
    private int evolutions;

    Change(long number, String id, List<String> parents, Draft draft, Author committer, Merge content, Instant now) {
        this.number = number;
        this.id = id;
        this.parents = List.copyOf(parents);
        this.author = draft.author();
        this.committer = committer;
        this.message = draft.message();
        this.tree = content.tree();
        this.conflicts = content.conflicts();
        this.createdAt = now;
        this.updatedAt = now;
        this.commit = oid();
    }

    /** What is said about a change. */
    record Draft(String message, Author author) {}

    String id() {
        return id;
    }

    /** Later changes have higher numbers, so parents come before their children. */
    long number() {
        return number;
    }

    List<String> parents() {
        return parents;
    }

    Tree tree() {
        return tree;
    }

    Merge content() {
        return new Merge(tree, conflicts);
    }

    String commit() {
        return commit;
    }

    Draft draft() {
        return new Draft(message, author);
    }

    /** Gives the change new content or words; the same ones leave the commit where it is. */
    void evolve(Merge content, Draft draft, Instant now) {
        boolean same = content.tree().sha().equals(tree.sha())
                && content.conflicts().equals(conflicts)
                && draft.equals(draft());
        if (same) {
            return;
        }
        tree = content.tree();
        conflicts = new TreeMap<>(content.conflicts());
        message = draft.message();
        author = draft.author();
        updatedAt = now;
        evolutions++;
        commit = oid();
    }

    Map<String, @Nullable Object> json() {
        return Json.object(
                "id",
                id,
                "current_commit_oid",
                commit,
                "is_conflicted",
                !conflicts.isEmpty(),
                "message",
                message,
                "author",
                author.json(),
                "committer",
                committer.json(),
                "parents",
                parents,
                "created_at",
                createdAt.toString(),
                "updated_at",
                updatedAt.toString());
    }

    Map<String, @Nullable Object> detailedJson() {
        Map<String, @Nullable Object> json = json();
        json.put("files", List.copyOf(tree.paths()));
        json.put("conflicts", List.copyOf(conflicts.keySet()));
        return json;
    }

    private String oid() {
        String content = id + " " + evolutions + " " + tree.sha() + " " + message;
        return Blob.sha("commit\0", content.getBytes(StandardCharsets.UTF_8));
    }
}
