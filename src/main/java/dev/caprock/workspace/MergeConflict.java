package dev.caprock.workspace;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Mesa's refusal to merge: {@code 409 MERGE_CONFLICT}. */
final class MergeConflict {

    private static final JsonMapper JSON = JsonMapper.shared();

    private MergeConflict() {}

    /** The files in conflict, empty when none is named; no list at all when the body is not such a refusal. */
    static Optional<List<String>> read(byte[] body) {
        try {
            JsonNode root = JSON.readTree(body);
            JsonNode error = root.path("error").isObject() ? root.path("error") : root;
            return error.path("code").asString("").equals("MERGE_CONFLICT")
                    ? Optional.of(paths(error.path("details")))
                    : Optional.empty();
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    /** Mesa documents {@code conflict_paths} for changes, and for merges only "hunk ids": so any {@code path} counts too. */
    private static List<String> paths(JsonNode details) {
        SortedSet<String> paths = new TreeSet<>();
        for (JsonNode named : details.findValues("conflict_paths")) {
            named.forEach(path -> add(path, paths));
        }
        details.findValues("path").forEach(path -> add(path, paths));
        return List.copyOf(paths);
    }

    private static void add(JsonNode path, SortedSet<String> paths) {
        if (path.isString()) {
            paths.add(path.asString());
        }
    }
}
