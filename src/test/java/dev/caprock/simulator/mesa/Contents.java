package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reading: the content of files and folders, and the difference of changes. */
final class Contents {
    private static final String BINARY = "application/octet-stream";

    private volatile int diffLimit = 300;

    void addTo(Router router) {
        router.on("GET", "/{org}/{repo}/content", Scope.READ, Contents::content);
        router.on("GET", "/{org}/{repo}/diff", Scope.READ, this::diff);
    }

    void diffLimit(int entries) {
        diffLimit = entries;
    }

    private Answer diff(Call call) {
        String conflicts = call.query("conflicts");
        if (conflicts != null && !List.of("include", "only", "exclude").contains(conflicts)) {
            throw Body.bad("conflicts must be include, only or exclude");
        }
        Diff diff = new Diff(
                call.repo(),
                call.requiredQuery("base_change_id"),
                call.requiredQuery("head_change_id"),
                conflicts == null ? "include" : conflicts,
                diffLimit);
        return call.accepts("text/plain")
                ? Answer.text(200, "text/plain; charset=utf-8", diff.patch())
                : Answer.ok(diff.json());
    }

    private static Answer content(Call call) {
        Repo repo = call.repo();
        String changeId = call.query("change_id");
        String path = call.query("path");
        String clean = path == null ? "" : path.replaceAll("^/+|/+$", "");
        int depth = call.number("depth", 1, 0, 10);
        Merge content = repo.content(changeId == null ? repo.head(repo.defaultBookmark()) : changeId);
        Blob blob = content.tree().get(clean);
        if (blob == null && !clean.isEmpty() && content.tree().below(clean).isEmpty()) {
            throw new Refused(Problem.NOT_FOUND, "no path " + clean);
        }
        if (call.accepts(BINARY)) {
            if (blob == null) {
                throw new Refused(Problem.NOT_ACCEPTABLE, clean + " is a folder");
            }
            return new Answer(200, BINARY, blob.bytes(), Map.of());
        }
        if (blob == null) {
            return Answer.ok(folder(content, clean, depth));
        }
        Map<String, @Nullable Object> json = file(content, clean, blob);
        json.put("encoding", "base64");
        json.put("content", Base64.getEncoder().encodeToString(blob.bytes()));
        return Answer.ok(json);
    }

    private static Map<String, @Nullable Object> file(Merge content, String path, Blob blob) {
        return Json.object(
                "type", "file",
                "name", name(path),
                "path", path,
                "sha", blob.sha(),
                "is_conflicted", content.conflicts().containsKey(path),
                "size", blob.size(),
                "mode", blob.mode());
    }

    private static Map<String, @Nullable Object> folder(Merge content, String path, int depth) {
        NavigableMap<String, Blob> below = content.tree().below(path);
        TreeSet<String> children = new TreeSet<>();
        int start = path.isEmpty() ? 0 : path.length() + 1;
        for (String file : below.keySet()) {
            int slash = file.indexOf('/', start);
            children.add(slash < 0 ? file : file.substring(0, slash));
        }
        List<Object> entries = new ArrayList<>();
        for (String child : depth == 0 ? new TreeSet<String>() : children) {
            Blob blob = content.tree().get(child);
            entries.add(blob == null ? folder(content, child, depth - 1) : file(content, child, blob));
        }
        return Json.object(
                "type",
                "dir",
                "name",
                name(path),
                "path",
                path,
                "sha",
                Tree.of(below).sha(),
                "child_count",
                children.size(),
                "entries",
                entries);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
