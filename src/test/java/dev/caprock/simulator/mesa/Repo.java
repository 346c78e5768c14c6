package dev.caprock.simulator.mesa;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A versioned folder: changes, and bookmarks that point at them. One request at a time works on a repository. */
final class Repo {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String id;
    private final Instant createdAt;
    private final Map<String, Change> changes = new LinkedHashMap<>();
    private final Map<String, String> bookmarks = new TreeMap<>();
    private final Map<String, String> tags = new TreeMap<>();
    private volatile String name;
    private String defaultBookmark;

    Repo(String id, String name, String defaultBookmark, Instant now) {
        this.id = id;
        this.name = name;
        this.defaultBookmark = defaultBookmark;
        this.createdAt = now;
        bookmarks.put(defaultBookmark, Change.ROOT);
    }

    /** Where a bookmark was before a move, and where it is now. */
    record Move(String from, String to) {}

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
    }

    Map<String, String> tags() {
        return tags;
    }

    String defaultBookmark() {
        return defaultBookmark;
    }

    void makeDefault(String bookmark) {
        head(bookmark);
        defaultBookmark = bookmark;
    }

    Map<String, String> bookmarks() {
        return bookmarks;
    }

    /** The change that a bookmark points at. */
    String head(String bookmark) {
        String head = bookmarks.get(bookmark);
        if (head == null) {
            throw new Refused(Problem.NOT_FOUND, "no bookmark " + bookmark + " in " + name);
        }
        return head;
    }

    Change change(String changeId) {
        Change change = changes.get(changeId);
        if (change == null) {
            throw new Refused(Problem.NOT_FOUND, "no change " + changeId + " in " + name);
        }
        return change;
    }

    Tree tree(String changeId) {
        return content(changeId).tree();
    }

    Merge content(String changeId) {
        return changeId.equals(Change.ROOT)
                ? new Merge(Tree.EMPTY, Map.of())
                : change(changeId).content();
    }

    String commit(String changeId) {
        return changeId.equals(Change.ROOT) ? "0".repeat(40) : change(changeId).commit();
    }

    /** Adds a change; only the first one of an empty repository moves a bookmark, the default one. */
    Change create(List<String> parents, Change.Draft draft, Author committer, Merge content, Instant now) {
        parents.forEach(this::tree);
        boolean first = changes.isEmpty();
        Change change = new Change(changes.size(), newId(), parents, draft, committer, content, now);
        changes.put(change.id(), change);
        if (first && head(defaultBookmark).equals(Change.ROOT)) {
            bookmarks.put(defaultBookmark, change.id());
        }
        return change;
    }

    /** Evolves a change and carries its descendants along, as a rebase would. */
    void evolve(Change change, Merge content, Change.Draft draft, Instant now) {
        Map<String, Tree> before = new HashMap<>();
        before.put(change.id(), change.tree());
        change.evolve(content, draft, now);
        for (Change later : List.copyOf(changes.values())) {
            String parent = later.parents().getFirst();
            Tree old = before.get(parent);
            if (old != null && later.number() > change.number()) {
                before.put(later.id(), later.tree());
                Merge rebased = Merge.of(old, tree(parent), later.tree());
                later.evolve(rebased, later.draft(), now);
            }
        }
    }

    void createBookmark(String bookmark, String changeId) {
        tree(changeId);
        if (bookmarks.putIfAbsent(bookmark, changeId) != null) {
            throw new Refused(Problem.ALREADY_EXISTS, "bookmark " + bookmark + " exists");
        }
    }

    Move move(String bookmark, String changeId, boolean backwards) {
        String from = head(bookmark);
        tree(changeId);
        if (!backwards && !ancestry(changeId).contains(from)) {
            throw new Refused(Problem.BACKWARDS, "moving " + bookmark + " would lose history");
        }
        bookmarks.put(bookmark, changeId);
        return new Move(from, changeId);
    }

    void deleteBookmark(String bookmark) {
        head(bookmark);
        if (bookmark.equals(defaultBookmark)) {
            throw new Refused(Problem.DEFAULT_BOOKMARK, bookmark + " is the default bookmark");
        }
        bookmarks.remove(bookmark);
    }

    /** A change with all that it is built on, the virtual root included. */
    Set<String> ancestry(String changeId) {
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(changeId));
        while (!open.isEmpty()) {
            String next = open.removeFirst();
            if (seen.add(next) && !next.equals(Change.ROOT)) {
                open.addAll(change(next).parents());
            }
        }
        seen.add(Change.ROOT);
        return seen;
    }

    /** The newest change that both are built on. */
    String commonAncestor(String one, String other) {
        Set<String> shared = ancestry(one);
        shared.retainAll(ancestry(other));
        return shared.stream()
                .filter(change -> !change.equals(Change.ROOT))
                .max(Comparator.comparing(change -> change(change).number()))
                .orElse(Change.ROOT);
    }

    /** The changes that a bookmark reaches, newest first. */
    List<Change> history(String bookmark) {
        Collection<String> reached = ancestry(head(bookmark));
        List<Change> history = new ArrayList<>();
        reached.stream().filter(change -> !change.equals(Change.ROOT)).forEach(change -> history.add(change(change)));
        history.sort(Comparator.comparing(Change::number).reversed());
        return history;
    }

    Map<String, @Nullable Object> json(String organisation) {
        return Json.object(
                "id",
                id,
                "org",
                organisation,
                "name",
                name,
                "default_bookmark",
                defaultBookmark,
                "head_change_id",
                head(defaultBookmark),
                "upstream",
                null,
                "created_at",
                createdAt.toString(),
                "tags",
                Map.copyOf(tags));
    }

    Map<String, @Nullable Object> bookmarkJson(String bookmark) {
        return Json.object(
                "name", bookmark, "change_id", head(bookmark), "is_default", bookmark.equals(defaultBookmark));
    }

    private static String newId() {
        StringBuilder id = new StringBuilder();
        RANDOM.ints(31, 'k', 'z' + 1).forEach(letter -> id.append((char) letter));
        return id.append('k').toString();
    }
}
