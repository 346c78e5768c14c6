package dev.caprock.workspace;

import dev.caprock.sandbox.CommandResult;

/** What ending a mount came to. Only {@link #CLEAN} proves that every edit reached Mesa. */
public enum FlushEnd {
    /** The mount ended by itself, without an error. */
    CLEAN,
    /** The mount ended with an error, or had to be taken away from it. */
    UNCLEAN,
    /** It is still there, and does not answer. */
    HANGING,
    /** There was no mount: it never was, or it died before. */
    MISSING,
    /** The script did not say. Flush again. */
    UNCLEAR;

    /** Reads the answer of {@link Mount#flush}. */
    public static FlushEnd of(CommandResult result) {
        return switch (result.exitCode()) {
            case 0 -> CLEAN;
            case 30 -> UNCLEAN;
            case 31 -> HANGING;
            case 32 -> MISSING;
            default -> UNCLEAR;
        };
    }
}
