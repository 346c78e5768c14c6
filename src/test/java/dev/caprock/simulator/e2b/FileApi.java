package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** {@code /files} of the daemon in one sandbox: whole files down and up. */
final class FileApi {

    private final SimulatedSandbox sandbox;
    private final Machine machine;

    FileApi(SimulatedSandbox sandbox) {
        this.sandbox = sandbox;
        this.machine = sandbox.machine();
    }

    /** Whether a signed URL stands in for the access token. */
    boolean signed(Call call, Instant now) {
        String signature = call.query("signature");
        if (signature == null || sandbox.accessToken() == null) {
            return false;
        }
        String expiration = call.query("signature_expiration");
        if (expiration != null && Long.parseLong(expiration) < now.getEpochSecond()) {
            throw Refused.api(401, "signature is already expired");
        }
        String operation = call.method().equals("GET") ? "read" : "write";
        String user = call.query("username") == null ? "" : call.query("username");
        String expected = sign(String.valueOf(call.query("path")), operation, user, sandbox.accessToken(), expiration);
        if (!signature.equals(expected)) {
            throw Refused.api(401, "invalid signature");
        }
        return true;
    }

    static String sign(
            String path, String operation, @Nullable String user, String token, @Nullable String expiration) {
        String text =
                "%s:%s:%s:%s".formatted(path, operation, user, token) + (expiration == null ? "" : ":" + expiration);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "v1_" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Reply read(Call call) {
        Path file = machine.resolve(user(call), path(call));
        if (Files.isDirectory(file)) {
            throw Refused.api(400, "path '%s' is a directory".formatted(path(call)));
        }
        if (!Files.exists(file)) {
            throw Refused.api(404, "path '%s' does not exist".formatted(path(call)));
        }
        try {
            return new Reply.Body(
                    200, java.util.Map.of("Content-Type", "application/octet-stream"), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Reply write(Call call) {
        String type = call.header("Content-Type") == null ? "" : call.header("Content-Type");
        var written = JsonMapper.shared().createArrayNode();
        if (type.startsWith("application/octet-stream")) {
            write(user(call), path(call), content(call), written);
        } else if (type.startsWith("multipart/form-data")) {
            List<Multipart.Part> parts = Multipart.parse(type, content(call)).stream()
                    .filter(part -> part.name().equals("file"))
                    .toList();
            for (Multipart.Part part : parts) {
                write(user(call), call.query("path") == null ? part.fileName() : path(call), part.content(), written);
            }
        } else {
            throw Refused.api(400, "error parsing multipart form: request Content-Type isn't multipart/form-data");
        }
        return Reply.json(200, written);
    }

    private void write(String user, String path, byte[] content, ArrayNode written) {
        Path file = machine.resolve(user, path);
        if (Files.isDirectory(file)) {
            throw Refused.api(400, "path is a directory: " + path);
        }
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw Refused.api(500, "error writing file: " + path);
        }
        written.addObject()
                .put("name", file.getFileName().toString())
                .put("path", machine.shown(file))
                .put("type", "file");
    }

    private static byte[] content(Call call) {
        if (!"gzip".equals(call.header("Content-Encoding"))) {
            return call.body();
        }
        try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(call.body()))) {
            return unzipped.readAllBytes();
        } catch (IOException e) {
            throw Refused.api(400, "error decompressing the request body");
        }
    }

    private static String path(Call call) {
        String path = call.query("path");
        if (path == null || path.isEmpty()) {
            throw Refused.api(400, "path is required");
        }
        return path;
    }

    private static String user(Call call) {
        String user = call.query("username") == null ? Machine.USER : call.query("username");
        if (!Machine.USERS.contains(user)) {
            throw Refused.api(401, "error looking up user '%s': user: unknown user".formatted(user));
        }
        return user;
    }
}
