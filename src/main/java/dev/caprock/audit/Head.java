package dev.caprock.audit;

/**
 * The last link of a chain.
 *
 * @param seq 0 before the first record
 * @param hash in hexadecimal
 */
record Head(long seq, String hash) {

    static final Head NONE = new Head(0, Canonical.NOTHING_BEFORE);
}
