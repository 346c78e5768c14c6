package dev.caprock.audit;

import org.jspecify.annotations.Nullable;

/**
 * What should be the hash of a record, and is not.
 *
 * @param retirement where there is no such record, the number of the statement by which its chain is said to be retired; else null
 */
public record Differing(ChainHead expected, @Nullable Long retirement) {}
