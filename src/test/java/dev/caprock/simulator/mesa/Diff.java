package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What differs between the trees of two changes. */
final class Diff {
    private static final int LARGEST_FILE = 1 << 20;

    private final String base;
    private final String head;
    private final List<Entry> entries = new ArrayList<>();
    private final Merge conflicted;
    private final boolean truncated;

    /** One path; a null side has no such file. */
    private record Entry(
            String path,
            @Nullable String oldPath,
            @Nullable Blob before,
            @Nullable Blob after) {
        String status() {
            if (oldPath != null) {
                return "renamed";
            }
            return before == null ? "added" : after == null ? "deleted" : "modified";
        }

        int size() {
            return after == null ? before == null ? 0 : before.size() : after.size();
        }

        @Nullable
        String omitted() {
            if (text(before) == null || text(after) == null) {
                return "binary";
            }
            return size() > LARGEST_FILE ? "too_large" : null;
        }

        LineDiff lines() {
            String old = text(before);
            String now = text(after);
            return omitted() != null || old == null || now == null ? LineDiff.of("", "") : LineDiff.of(old, now);
        }

        private static @Nullable String text(@Nullable Blob blob) {
            return blob == null ? "" : blob.text();
        }
    }

    /** Compares; {@code conflicts} is {@code include}, {@code only} or {@code exclude}. */
    Diff(Repo repo, String base, String head, String conflicts, int limit) {
        this.base = base;
        this.head = head;
        Merge content = repo.content(head);
        Map<String, Conflict> shown = conflicts.equals("exclude") ? Map.of() : content.conflicts();
        this.conflicted = new Merge(content.tree(), new TreeMap<>(shown));
        if (!conflicts.equals("only")) {
            compare(repo.tree(base), content);
        }
        this.truncated = entries.size() > limit;
        while (entries.size() > limit) {
            entries.removeLast();
        }
    }

    Map<String, @Nullable Object> json() {
        int additions =
                entries.stream().mapToInt(entry -> entry.lines().additions()).sum();
        int deletions =
                entries.stream().mapToInt(entry -> entry.lines().deletions()).sum();
        int conflicts = conflicted.conflicts().size();
        return Json.object(
                "base_change_id",
                base,
                "head_change_id",
                head,
                "stats",
                Json.object(
                        "entries", entries.size(),
                        "additions", additions,
                        "deletions", deletions,
                        "changes", additions + deletions,
                        "conflicted_entries", conflicts,
                        "conflicted_hunks", conflicts),
                "truncated",
                truncated,
                "entries",
                entries.stream().map(Diff::json).toList(),
                "conflicted_entries",
                conflicted.conflictsJson());
    }

    /** A unified patch; a conflicted file is shown whole, with both sides between markers. */
    String patch() {
        StringBuilder patch = new StringBuilder();
        entries.forEach(entry -> patch.append(patch(entry)));
        conflicted
                .conflicts()
                .forEach((path, conflict) -> patch.append("diff --git a/%s b/%s\n".formatted(path, path))
                        .append("<<<<<<< conflict 1 of 1\n+++++++ target\n")
                        .append(text(conflict.target()))
                        .append("------- base\n")
                        .append(text(conflict.base()))
                        .append("+++++++ source\n")
                        .append(text(conflict.source()))
                        .append(">>>>>>> conflict 1 of 1 ends\n"));
        return patch.toString();
    }

    private void compare(Tree before, Merge after) {
        TreeSet<String> paths = new TreeSet<>(before.paths());
        paths.addAll(after.tree().paths());
        paths.removeAll(after.conflicts().keySet());
        for (String path : paths) {
            Blob old = before.get(path);
            Blob now = after.tree().get(path);
            if (!Objects.equals(old, now)) {
                entries.add(new Entry(path, null, old, now));
            }
        }
        pairRenames();
    }

    /** A file that went and one that came with the same content are one renamed file. */
    private void pairRenames() {
        for (Entry gone : List.copyOf(entries)) {
            if (gone.after() != null || gone.before() == null || gone.before().size() == 0) {
                continue;
            }
            entries.stream()
                    .filter(entry -> entry.before() == null && gone.before().equals(entry.after()))
                    .findFirst()
                    .ifPresent(came -> {
                        entries.remove(gone);
                        entries.set(
                                entries.indexOf(came),
                                new Entry(came.path(), gone.path(), gone.before(), came.after()));
                    });
        }
    }

    private static Map<String, @Nullable Object> json(Entry entry) {
        return Json.object(
                "path", entry.path(),
                "status", entry.status(),
                "old_path", entry.oldPath(),
                "size_bytes", entry.size(),
                "is_conflicted", false,
                "omitted_reason", entry.omitted(),
                "hunks",
                        entry.omitted() != null
                                ? null
                                : entry.lines().hunks().stream()
                                        .map(LineDiff.Hunk::json)
                                        .toList(),
                "conflict_hunks", null);
    }

    private static String patch(Entry entry) {
        String from = entry.oldPath() == null ? entry.path() : entry.oldPath();
        StringBuilder patch = new StringBuilder("diff --git a/%s b/%s\n".formatted(from, entry.path()));
        if ("binary".equals(entry.omitted())) {
            return patch.append("Binary files differ\n").toString();
        }
        if (entry.oldPath() != null) {
            patch.append("rename from %s\nrename to %s\n".formatted(from, entry.path()));
        }
        List<LineDiff.Hunk> hunks = entry.lines().hunks();
        if (!hunks.isEmpty()) {
            patch.append(entry.before() == null ? "--- /dev/null\n" : "--- a/" + from + "\n");
            patch.append(entry.after() == null ? "+++ /dev/null\n" : "+++ b/" + entry.path() + "\n");
            hunks.forEach(hunk -> patch.append(hunk.patch()));
        }
        return patch.toString();
    }

    private static String text(@Nullable Blob blob) {
        String text = blob == null ? "" : blob.text();
        return text == null ? "(binary)\n" : text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }
}
