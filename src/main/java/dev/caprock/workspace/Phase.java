package dev.caprock.workspace;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A step of preparing a sandbox, as the script reports it.
 *
 * @param name {@code system}, {@code packages}, {@code fuse}, {@code mesa}, {@code agent}, {@code credential} or {@code
 *     mount}
 * @param detail for a person; may be empty
 */
public record Phase(String name, State state, String detail) {

    private static final Pattern LINE =
            Pattern.compile("caprock:phase ([a-z]{1,20}) (started|done|skipped|failed)(?: (.{0,500}))?");

    /** Where a step is. */
    public enum State {
        STARTED,
        DONE,
        /** Nothing was missing. */
        SKIPPED,
        FAILED
    }

    /** Reads a line that {@link Mount#prepare} printed; empty for any other line. */
    public static Optional<Phase> parse(String line) {
        var phase = LINE.matcher(line);
        if (!phase.matches()) {
            return Optional.empty();
        }
        var detail = phase.group(3);
        return Optional.of(new Phase(
                phase.group(1), State.valueOf(phase.group(2).toUpperCase(Locale.ROOT)), detail == null ? "" : detail));
    }
}
