package dev.caprock.audit;

/**
 * The last link of a chain, or one that was the last.
 *
 * @param seq 0 before the first record
 * @param hash in hexadecimal
 */
public record Head(long seq, String hash) {

    /** Before the first record. */
    public static final Head NONE = new Head(0, Canonical.NOTHING_BEFORE);
}
