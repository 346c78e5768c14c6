package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code filesystem.Filesystem} of the daemon in one sandbox, without watching. */
final class FilesystemService {

    private final Machine machine;
    private final String user;

    FilesystemService(Machine machine, String user) {
        this.machine = machine;
        this.user = user;
    }

    Reply call(String method, JsonNode request) {
        try {
            return Reply.json(
                    200,
                    switch (method) {
                        case "Stat" -> entry(existing(request, "path"));
                        case "MakeDir" -> makeDirectory(path(request, "path"));
                        case "Move" -> move(existing(request, "source"), path(request, "destination"));
                        case "ListDir" ->
                            list(
                                    existing(request, "path"),
                                    Math.max(1, request.path("depth").asInt(1)));
                        case "Remove" -> remove(path(request, "path"));
                        default -> throw new ConnectError("unimplemented", "the simulator has no Filesystem/" + method);
                    });
        } catch (IOException e) {
            throw new ConnectError("internal", String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode makeDirectory(Path path) throws IOException {
        if (Files.exists(path)) {
            throw new ConnectError("already_exists", "directory already exists: " + machine.shown(path));
        }
        Files.createDirectories(path);
        return entry(path);
    }

    private ObjectNode move(Path source, Path destination) throws IOException {
        Files.createDirectories(destination.getParent());
        Files.move(source, destination, StandardCopyOption.REPLACE_EXISTING);
        return entry(destination);
    }

    private ObjectNode list(Path path, int depth) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new ConnectError("invalid_argument", "path is not a directory: " + machine.shown(path));
        }
        var answer = object();
        try (var found = Files.walk(path, depth)) {
            var entries = answer.putArray("entries");
            found.filter(one -> !one.equals(path)).sorted().forEach(one -> entries.add(info(one)));
        }
        return answer;
    }

    private static ObjectNode remove(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try (var all = Files.walk(path)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
        return object();
    }

    private ObjectNode entry(Path path) {
        var answer = object();
        answer.set("entry", info(path));
        return answer;
    }

    private ObjectNode info(Path path) {
        try {
            var permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            long mode = permissions.stream()
                    .mapToInt(one -> 1 << (8 - one.ordinal()))
                    .sum();
            var info = object().put("name", path.getFileName().toString()).put("type", type(path));
            info.put("path", machine.shown(path))
                    .put("mode", mode)
                    .put("permissions", PosixFilePermissions.toString(permissions))
                    .put("owner", path.startsWith(machine.home(Machine.USER)) ? Machine.USER : Machine.ROOT)
                    .put(
                            "modifiedTime",
                            Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                                    .toString());
            if (Files.size(path) > 0) {
                info.put("size", Long.toString(Files.size(path)));
            }
            return info;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(Path path) {
        if (Files.isSymbolicLink(path)) {
            return "FILE_TYPE_SYMLINK";
        }
        return Files.isDirectory(path) ? "FILE_TYPE_DIRECTORY" : "FILE_TYPE_FILE";
    }

    private Path existing(JsonNode request, String field) {
        Path path = path(request, field);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConnectError("not_found", "path not found: " + machine.shown(path));
        }
        return path;
    }

    private Path path(JsonNode request, String field) {
        return machine.resolve(user, request.path(field).asString(""));
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
