/**
 * Who is calling, for which tenant, and what they may do. Every request bears an API key of ours or a token of the configured
 * issuer; {@link dev.caprock.access.Callers} tells the other rooms whose. Which scope an endpoint takes is in one table, and what
 * is not in it is closed. Keys are looked up at each request, on purpose: what is revoked is so at once, on every replica.
 * A stream is one request: of events or of output, it outlives the credential that opened it.
 */
@NullMarked
package dev.caprock.access;

import org.jspecify.annotations.NullMarked;
