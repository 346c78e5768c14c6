package dev.caprock.audit;

import java.util.UUID;

/**
 * Where a chain ends, or ended at some time.
 *
 * @param seq of its last record
 * @param hash of that record, in hexadecimal
 */
public record ChainHead(UUID chain, long seq, String hash) {

    public Head head() {
        return new Head(seq, hash);
    }
}
