package dev.caprock.simulator.mesa;

import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Both sides of a merge changed one path differently; null is a side without the file. A whole file is one hunk. */
record Conflict(
        @Nullable Blob base,
        @Nullable Blob target,
        @Nullable Blob source) {

    String hunkId(String path) {
        return "hunk_"
                + Blob.sha(path, sha(target, source).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .substring(0, 12);
    }

    Map<String, @Nullable Object> json(String path) {
        return Json.object(
                "hunk_id", hunkId(path),
                "old_start", 1,
                "old_lines", lines(target),
                "new_start", 1,
                "new_lines", lines(source),
                "target", side(target),
                "base", side(base),
                "source", side(source));
    }

    private static int lines(@Nullable Blob blob) {
        String text = blob == null ? null : blob.text();
        return text == null ? 0 : (int) text.lines().count();
    }

    private static @Nullable Object side(@Nullable Blob blob) {
        return blob == null ? null : Json.object("content", Base64.getEncoder().encodeToString(blob.bytes()));
    }

    private static String sha(@Nullable Blob one, @Nullable Blob other) {
        return (one == null ? "-" : one.sha()) + (other == null ? "-" : other.sha());
    }
}
