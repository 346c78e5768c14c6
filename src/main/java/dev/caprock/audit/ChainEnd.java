package dev.caprock.audit;

import org.jspecify.annotations.Nullable;

/**
 * Where a chain ends now.
 *
 * @param retirement the number of the statement by which it was retired, so that its records may be gone; null when it was not. A
 *     hint: whoever owns the database can write anything here
 */
public record ChainEnd(ChainHead head, @Nullable Long retirement) {}
