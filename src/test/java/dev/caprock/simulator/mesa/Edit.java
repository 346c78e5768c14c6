package dev.caprock.simulator.mesa;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of {@code files}: the new content of a path, or null to delete it. */
record Edit(String path, @Nullable Blob blob) {

    static List<Edit> listOf(Body body) {
        return body.objects("files").stream().map(Edit::of).toList();
    }

    private static Edit of(Body file) {
        String path = file.required("path");
        if (path.startsWith("/")
                || path.endsWith("/")
                || List.of(path.split("/", -1)).stream().anyMatch(Edit::unsafe)) {
            throw Body.bad("path is not a relative path: " + path);
        }
        String action = file.string("action");
        if ("delete".equals(action)) {
            return new Edit(path, null);
        }
        String mode = file.string("mode");
        if (action != null && !action.equals("upsert")) {
            throw Body.bad("unknown action " + action);
        }
        if (mode != null && !mode.equals("100644") && !mode.equals("100755")) {
            throw Body.bad("unknown mode " + mode);
        }
        return new Edit(path, new Blob(content(file), "100755".equals(mode)));
    }

    /** The base64 field {@code content}; it must be there, and may be empty. */
    static byte[] content(Body file) {
        String content = file.string("content");
        String encoding = file.string("encoding");
        if (content == null || (encoding != null && !encoding.equals("base64"))) {
            throw Body.bad("content must be given in base64");
        }
        try {
            return Base64.getDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            throw Body.bad("content is not base64");
        }
    }

    private static boolean unsafe(String segment) {
        return segment.isEmpty() || segment.equals(".") || segment.equals("..");
    }
}
