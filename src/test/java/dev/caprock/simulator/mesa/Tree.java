package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a change by path; immutable. */
final class Tree {
    static final Tree EMPTY = new Tree(new TreeMap<>());

    private final NavigableMap<String, Blob> files;

    private Tree(NavigableMap<String, Blob> files) {
        this.files = Collections.unmodifiableNavigableMap(files);
    }

    static Tree of(Map<String, Blob> files) {
        return new Tree(new TreeMap<>(files));
    }

    @Nullable
    Blob get(String path) {
        return files.get(path);
    }

    NavigableMap<String, Blob> files() {
        return files;
    }

    Set<String> paths() {
        return files.keySet();
    }

    /** The files below a folder, by full path; the empty path is the top. */
    NavigableMap<String, Blob> below(String folder) {
        return folder.isEmpty() ? files : files.subMap(folder + "/", true, folder + "0", false);
    }

    /** Applies edits in order, all or none; a path that is both file and folder is refused. */
    Tree edited(List<Edit> edits) {
        TreeMap<String, Blob> edited = new TreeMap<>(files);
        for (Edit edit : edits) {
            if (edit.blob() == null) {
                edited.remove(edit.path());
            } else {
                edited.put(edit.path(), edit.blob());
            }
        }
        Tree tree = new Tree(edited);
        for (String path : edited.keySet()) {
            if (!tree.below(path).isEmpty()) {
                throw Body.bad(path + " would be a file and a folder");
            }
        }
        return tree;
    }

    String sha() {
        StringBuilder listing = new StringBuilder();
        files.forEach((path, blob) -> listing.append(blob.mode())
                .append(' ')
                .append(path)
                .append(' ')
                .append(blob.sha())
                .append('\n'));
        return Blob.sha("tree\0", listing.toString().getBytes(StandardCharsets.UTF_8));
    }
}
