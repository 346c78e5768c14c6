package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Which repository is shown where, as a layout file declares it. */
record Layout(List<Place> places) {
    private static final Set<String> KEYS = Set.of("kind", "name", "mode", "at", "branchedFrom", "alias", "subPaths");

    /** A bookmark or a change; exactly one is given. */
    record Revision(@Nullable String bookmark, @Nullable String changeId) {}

    /** What {@code branchedFrom} makes: a change on top of a revision, and maybe a bookmark on it. */
    record Branch(Revision from, @Nullable String bookmark, String describe) {}

    /** One declaration. Without revision and branch it is the default bookmark. */
    record Place(
            String path,
            String repo,
            boolean writable,
            @Nullable Revision at,
            @Nullable Branch branch) {}

    static Layout parse(byte[] json) {
        try {
            List<Place> places = new ArrayList<>();
            collect("", Json.read(json), places);
            return new Layout(places);
        } catch (IllegalArgumentException e) {
            throw MountFailure.lasting("the layout is wrong: " + e.getMessage());
        }
    }

    private static void collect(String parent, JsonNode map, List<Place> places) {
        ensure(map.isObject(), "expected an object of paths");
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String path = entry.getKey();
            ensure(path.startsWith("/") && !path.contains(".."), "path is not absolute: " + path);
            String full = parent + (path.equals("/") ? "" : path);
            if (entry.getValue().isArray()) {
                for (JsonNode item : entry.getValue()) {
                    String alias = text(item, "alias");
                    place(full + "/" + (alias == null ? text(item, "name") : alias), item, places);
                }
            } else {
                ensure(!entry.getValue().has("alias"), "alias is only for the elements of arrays");
                place(full, entry.getValue(), places);
            }
        }
    }

    private static void place(String path, JsonNode declaration, List<Place> places) {
        only(declaration, KEYS);
        String name = text(declaration, "name");
        String mode = text(declaration, "mode");
        ensure("repo".equals(text(declaration, "kind")), "kind must be repo");
        ensure(name != null && !name.contains("/"), "name must be the bare name of a repository");
        ensure("ro".equals(mode) || "rw".equals(mode), "mode must be ro or rw");
        boolean writable = "rw".equals(mode);
        Branch branch = branch(declaration.path("branchedFrom"));
        ensure(branch == null || (writable && !declaration.has("at")), "branchedFrom needs rw and excludes at");
        Revision at = declaration.has("at") ? revision(declaration.path("at"), Set.of()) : null;
        places.add(new Place(path, String.valueOf(name), writable, at, branch));
        if (declaration.has("subPaths")) {
            collect(path, declaration.path("subPaths"), places);
        }
    }

    private static @Nullable Branch branch(JsonNode node) {
        if (node.isMissingNode()) {
            return null;
        }
        JsonNode as = node.path("as");
        if (!as.isMissingNode()) {
            only(as, Set.of("bookmark", "describe"));
        }
        String describe = text(as, "describe");
        return new Branch(revision(node, Set.of("as")), text(as, "bookmark"), describe == null ? "" : describe);
    }

    private static Revision revision(JsonNode node, Set<String> others) {
        Set<String> keys = new java.util.HashSet<>(others);
        keys.addAll(Set.of("bookmark", "changeId"));
        only(node, keys);
        String bookmark = text(node, "bookmark");
        String changeId = text(node, "changeId");
        ensure((bookmark == null) != (changeId == null), "exactly one of bookmark and changeId is needed");
        return new Revision(bookmark, changeId);
    }

    private static void only(JsonNode node, Set<String> keys) {
        ensure(node.isObject(), "expected an object");
        node.properties().forEach(entry -> ensure(keys.contains(entry.getKey()), "unknown key " + entry.getKey()));
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    private static void ensure(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
