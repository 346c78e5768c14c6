package dev.caprock.simulator.vercel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files in a session that runs, by its default user. */
final class FileApi {

    private static final String FILES = "/v2/sandboxes/sessions/*/fs/";

    /** Folders in which only root may write. */
    private static final Set<String> ROOTS = Set.of("etc", "usr", "bin", "opt", "dev", "run", "root", "sbin", "lib");

    private final Sandboxes sandboxes;

    FileApi(Sandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    List<Route> routes() {
        return List.of(
                Route.of("POST", FILES + "write", Operation.WRITE_FILES, this::write),
                Route.of("POST", FILES + "read", Operation.READ_FILE, this::read),
                Route.of("POST", FILES + "mkdir", Operation.MAKE_DIRECTORY, this::makeDirectory));
    }

    private Session session(MatchResult path) {
        return sandboxes.session(path.group(1)).usable();
    }

    private Reply write(Call call, MatchResult path) throws IOException {
        var session = session(path);
        if (!"application/gzip".equals(call.header("content-type"))) {
            throw Refused.badRequest("content-type should be application/gzip");
        }
        String directory = call.header("x-cwd");
        for (Tar.Entry entry : entries(call)) {
            Path target = writable(session, session.path(entry.name(), directory));
            try {
                entry.extract(target);
            } catch (IOException e) {
                throw fileError(entry.name());
            }
        }
        return Reply.json(JsonMapper.shared().createObjectNode());
    }

    private static List<Tar.Entry> entries(Call call) {
        try (var content = new GZIPInputStream(new ByteArrayInputStream(call.body()))) {
            return Tar.read(content);
        } catch (IOException e) {
            throw Refused.badRequest("invalid archive: " + e.getMessage());
        }
    }

    private static Path writable(Session session, Path target) {
        Path inside = session.machine().folder().relativize(target);
        if (ROOTS.contains(inside.getName(0).toString())) {
            throw fileError("/" + inside);
        }
        return target;
    }

    private static Refused fileError(String path) {
        return Refused.of(400, "file_error", "cannot write %s: permission denied".formatted(path));
    }

    private Reply read(Call call, MatchResult path) throws IOException {
        Path file = asked(call, session(path));
        if (!Files.isRegularFile(file)) {
            throw Refused.notFound("File not found.");
        }
        var headers = Map.of(
                "Content-Type",
                "application/octet-stream",
                "Content-Disposition",
                "attachment; filename=\"%s\"".formatted(file.getFileName()));
        return new Reply.Body(200, headers, Files.readAllBytes(file), true);
    }

    private Reply makeDirectory(Call call, MatchResult path) throws IOException {
        var session = session(path);
        Path directory = writable(session, asked(call, session));
        try {
            if (call.json().path("recursive").asBoolean(false)) {
                Files.createDirectories(directory);
            } else {
                Files.createDirectory(directory);
            }
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw Refused.of(
                    400,
                    "file_error",
                    "cannot make the directory " + call.json().path("path"));
        }
        return Reply.json(JsonMapper.shared().createObjectNode());
    }

    private static Path asked(Call call, Session session) {
        JsonNode json = call.json();
        if (json.path("path").asString("").isEmpty()) {
            throw Refused.invalid("missing required property `path`.");
        }
        return session.path(json.get("path").asString(), string(json.path("cwd")));
    }

    private static @Nullable String string(JsonNode json) {
        return json.isString() ? json.asString() : null;
    }
}
