package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A three-way merge, file by file. A conflicting path keeps the target's side (or the source's, if the target has none)
 * until it is resolved.
 */
record Merge(Tree tree, Map<String, Conflict> conflicts) {

    static Merge of(Tree base, Tree target, Tree source) {
        Map<String, Blob> files = new TreeMap<>();
        Map<String, Conflict> conflicts = new TreeMap<>();
        for (String path : paths(base, target, source)) {
            Blob b = base.get(path);
            Blob t = target.get(path);
            Blob s = source.get(path);
            boolean clash = !Objects.equals(t, s) && !Objects.equals(b, t) && !Objects.equals(b, s);
            if (clash) {
                conflicts.put(path, new Conflict(b, t, s));
            }
            Blob winner = Objects.equals(b, t) || (clash && t == null) ? s : t;
            if (winner != null) {
                files.put(path, winner);
            }
        }
        return new Merge(Tree.of(files), conflicts);
    }

    /** Applies the resolutions of a request; conflicts that none of them names stay. */
    Merge resolved(List<Body> resolutions) {
        Map<String, Conflict> open = new TreeMap<>(conflicts);
        List<Edit> edits = new ArrayList<>();
        for (Body resolution : resolutions) {
            String path = resolution.required("path");
            Conflict conflict = open.remove(path);
            if (conflict == null) {
                throw Body.bad(path + " is not in conflict");
            }
            edits.add(new Edit(path, resolution(path, conflict, resolution)));
        }
        return new Merge(tree.edited(edits), open);
    }

    Refused refused() {
        return new Refused(
                Problem.MERGE_CONFLICT,
                "unresolved conflicts in " + String.join(", ", conflicts.keySet()),
                Json.object(
                        "conflict_paths", List.copyOf(conflicts.keySet()),
                        "conflicts", conflictsJson()));
    }

    List<Map<String, @Nullable Object>> conflictsJson() {
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        conflicts.forEach(
                (path, conflict) -> json.add(Json.object("path", path, "hunks", List.of(conflict.json(path)))));
        return json;
    }

    private static @Nullable Blob resolution(String path, Conflict conflict, Body resolution) {
        if (!resolution.has("hunks")) {
            return side(conflict, resolution);
        }
        List<Body> hunks = resolution.objects("hunks");
        Set<String> covered =
                hunks.stream().map(hunk -> hunk.required("hunk_id")).collect(Collectors.toSet());
        if (!covered.equals(Set.of(conflict.hunkId(path))) || hunks.size() != 1) {
            throw Body.bad("hunks must cover every hunk of " + path);
        }
        return side(conflict, hunks.getFirst());
    }

    private static @Nullable Blob side(Conflict conflict, Body choice) {
        String take = choice.string("take");
        if (take == null) {
            Blob mode = conflict.target() == null ? conflict.source() : conflict.target();
            return new Blob(Edit.content(choice), mode != null && mode.executable());
        }
        return switch (take) {
            case "target" -> conflict.target();
            case "source" -> conflict.source();
            default -> throw Body.bad("take must be target or source");
        };
    }

    private static Set<String> paths(Tree... trees) {
        Set<String> paths = new TreeSet<>();
        for (Tree tree : trees) {
            paths.addAll(tree.paths());
        }
        return paths;
    }
}
