package dev.caprock.simulator.mesa;

import static dev.caprock.simulator.mesa.MesaClient.encoded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One repository of a mount: shows the files of a change and sends edits back into that change. */
final class Checkout {
    private static final Map<String, @Nullable Object> AUTHOR = Author.UNKNOWN.json();

    private final MesaClient client;
    private final String repo;
    private final Path folder;
    private final FolderScan scan;
    private final @Nullable String bookmark;
    private String changeId;
    private String commit = "";
    private boolean writable;
    private boolean shown;
    private Map<String, String> synced = new TreeMap<>();

    private Checkout(
            MesaClient client, String repo, Path folder, @Nullable String bookmark, String changeId, boolean writable) {
        this.client = client;
        this.repo = repo;
        this.folder = folder;
        this.scan = new FolderScan(folder);
        this.bookmark = bookmark;
        this.changeId = changeId;
        this.writable = writable;
    }

    /** Opens a repository at a revision, or at its default bookmark if that is null. */
    static Checkout open(MesaClient client, String repo, Path folder, Layout.@Nullable Revision at, boolean writable) {
        String bookmark = at == null
                ? client.get("/" + encoded(repo)).path("default_bookmark").stringValue()
                : at.bookmark();
        String changeId = at == null || at.changeId() == null ? head(client, repo, bookmark) : at.changeId();
        return new Checkout(client, repo, folder, bookmark, changeId, writable);
    }

    /** Makes a new change on top of a revision, with a bookmark if one is asked for, and opens that. */
    static Checkout branch(MesaClient client, String repo, Path folder, Layout.Branch branch) {
        Checkout base = open(client, repo, folder, branch.from(), true);
        String changeId = client.send(
                        "POST",
                        "/" + encoded(repo) + "/changes",
                        Json.object("base_change_id", base.changeId, "message", branch.describe()))
                .expect(201, "branching " + repo)
                .json()
                .path("id")
                .stringValue();
        if (branch.bookmark() != null) {
            int status = client.send(
                            "POST",
                            "/" + encoded(repo) + "/bookmarks",
                            Json.object("name", branch.bookmark(), "change_id", changeId))
                    .status();
            if (status != 201) {
                throw MountFailure.lasting("creating bookmark " + branch.bookmark() + " was answered with " + status);
            }
        }
        return new Checkout(client, repo, folder, branch.bookmark(), changeId, true);
    }

    boolean shown() {
        return shown;
    }

    /** The files of another checkout below this one are not ours. */
    void leaveOut(Checkout other) {
        if (other != this && other.folder.startsWith(folder)) {
            scan.leaveOut(other.folder);
        }
    }

    /** Brings the files here; they appear all at once. The staging folder must be on the same file system. */
    void show(Path staging) throws IOException {
        Folders.delete(staging);
        Files.createDirectories(staging);
        pin();
        Map<String, String> remote = remote();
        for (Map.Entry<String, String> file : remote.entrySet()) {
            download(file.getKey(), file.getValue(), staging);
        }
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.move(staging, folder);
        synced = remote;
        shown = true;
    }

    /** Sends what was edited; true if there is nothing left to send. */
    boolean push(boolean thorough) throws IOException {
        Map<String, String> local = scan.scan(thorough);
        List<String> paths = edited(local);
        if (paths.isEmpty()) {
            return true;
        }
        if (!writable) {
            restore(paths);
            return true;
        }
        List<Object> files = new ArrayList<>();
        Map<String, String> sent = new TreeMap<>(synced);
        for (String path : paths) {
            files.add(local.containsKey(path) ? upsert(path, sent) : delete(path, sent));
        }
        MesaClient.Reply reply = write(files);
        if (reply.status() == 403) {
            writable = false;
            restore(paths);
            return true;
        }
        if (reply.status() == 409) {
            pull();
            return false;
        }
        JsonNode change = reply.expect(reply.status() == 201 ? 201 : 200, "writing to " + repo)
                .json();
        adopt(change.path("id").stringValue());
        commit = change.path("current_commit_oid").stringValue();
        synced = sent;
        return false;
    }

    /**
     * Takes over what others wrote into the same change; false if there was nothing, which costs one request. Where both
     * sides edited a file, the local one is kept.
     */
    boolean pull() throws IOException {
        String before = commit;
        pin();
        if (before.equals(commit)) {
            return false;
        }
        Map<String, String> remote = remote();
        List<String> mine = edited(scan.scan(false));
        TreeSet<String> paths = new TreeSet<>(remote.keySet());
        paths.addAll(synced.keySet());
        for (String path : paths) {
            String state = remote.get(path);
            if (mine.contains(path) || Objects.equals(state, synced.get(path))) {
                continue;
            }
            if (state == null) {
                Files.deleteIfExists(folder.resolve(path));
            } else {
                download(path, state, folder);
            }
        }
        synced = remote;
        return true;
    }

    private MesaClient.Reply write(List<Object> files) {
        String changes = "/" + encoded(repo) + "/changes";
        if (!changeId.equals(Change.ROOT)) {
            return client.send(
                    "PATCH",
                    changes + "/" + changeId,
                    Json.object("files", files, "author", AUTHOR, "base_commit_oid", commit));
        }
        return client.send(
                "POST",
                changes,
                Json.object("base_change_id", changeId, "message", "Edit files", "author", AUTHOR, "files", files));
    }

    /** After the first write of an empty repository: the bookmark follows to the change that was made for it. */
    private void adopt(String written) {
        boolean first = changeId.equals(Change.ROOT);
        changeId = written;
        if (first && bookmark != null && !head(client, repo, bookmark).equals(written)) {
            client.send(
                            "PATCH",
                            bookmarkPath(repo, bookmark),
                            Json.object("change_id", written, "allow_backwards", false))
                    .expect(200, "moving bookmark " + bookmark);
        }
    }

    /** Learns the current commit of the change; a bookmark of an empty repository may have got its first change. */
    private void pin() {
        if (changeId.equals(Change.ROOT) && bookmark != null) {
            changeId = head(client, repo, bookmark);
        }
        commit = changeId.equals(Change.ROOT)
                ? Change.ROOT
                : client.get("/" + encoded(repo) + "/changes/" + changeId)
                        .path("current_commit_oid")
                        .stringValue();
    }

    private Map<String, String> remote() {
        Map<String, String> files = new TreeMap<>();
        list("", files);
        return files;
    }

    private void list(String path, Map<String, String> files) {
        collect(
                client.get("/" + encoded(repo) + "/content", "change_id", changeId, "depth", "10", "path", path),
                files);
    }

    private void collect(JsonNode folderNode, Map<String, String> files) {
        JsonNode entries = folderNode.path("entries");
        if (entries.isEmpty() && folderNode.path("child_count").asInt(0) > 0) {
            list(folderNode.path("path").stringValue(), files);
        }
        for (JsonNode entry : entries) {
            if (entry.path("type").stringValue().equals("dir")) {
                collect(entry, files);
            } else {
                files.put(
                        entry.path("path").stringValue(),
                        FolderScan.state(
                                entry.path("mode").stringValue(),
                                entry.path("sha").stringValue()));
            }
        }
    }

    private List<String> edited(Map<String, String> local) {
        TreeSet<String> paths = new TreeSet<>(local.keySet());
        paths.addAll(synced.keySet());
        paths.removeIf(path -> Objects.equals(local.get(path), synced.get(path)));
        paths.removeIf(path -> !local.containsKey(path) && Files.exists(folder.resolve(path)));
        List<String> deletionsFirst = new ArrayList<>(paths);
        deletionsFirst.sort(Comparator.comparing(local::containsKey));
        return deletionsFirst;
    }

    private Map<String, @Nullable Object> upsert(String path, Map<String, String> sent) throws IOException {
        try {
            Blob blob = FolderScan.read(folder.resolve(path));
            sent.put(path, FolderScan.state(blob.mode(), blob.sha()));
            return Json.object(
                    "path",
                    path,
                    "action",
                    "upsert",
                    "encoding",
                    "base64",
                    "mode",
                    blob.mode(),
                    "content",
                    Base64.getEncoder().encodeToString(blob.bytes()));
        } catch (NoSuchFileException e) {
            return delete(path, sent);
        }
    }

    private static Map<String, @Nullable Object> delete(String path, Map<String, String> sent) {
        sent.remove(path);
        return Json.object("path", path, "action", "delete");
    }

    /** Undoes edits that may not be: what a read-only mount would have refused with EROFS. */
    private void restore(List<String> paths) throws IOException {
        for (String path : paths) {
            String state = synced.get(path);
            if (state == null) {
                Files.deleteIfExists(folder.resolve(path));
            } else {
                download(path, state, folder);
            }
        }
    }

    private void download(String path, String state, Path into) throws IOException {
        byte[] bytes = client.raw("/" + encoded(repo) + "/content", "change_id", changeId, "path", path);
        Path file = into.resolve(path);
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path part = file.resolveSibling("." + file.getFileName() + ".part~");
        Files.write(part, bytes);
        String execute = state.startsWith("100755") ? "x" : "-";
        String owner = (writable ? "rw" : "r-") + execute;
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(owner + "r-" + execute + "r-" + execute));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String head(MesaClient client, String repo, @Nullable String bookmark) {
        return client.get(bookmarkPath(repo, String.valueOf(bookmark)))
                .path("change_id")
                .stringValue();
    }

    private static String bookmarkPath(String repo, String bookmark) {
        return "/" + encoded(repo) + "/bookmarks/" + encoded(bookmark);
    }
}
