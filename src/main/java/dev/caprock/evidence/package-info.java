/**
 * What turns the audit chains into evidence for somebody who does not trust the database: signed checkpoints of the chains' heads,
 * exports and session receipts, and their verification with nothing but the public keys.
 *
 * <p>Everything signed is a DSSE envelope over JSON, with Ed25519. The service's own look at its chains ({@code /v1/audit/verify})
 * and the offline verifier go along the same {@link dev.caprock.audit.Walk}. What each of them proves, and what it does not, is in
 * {@code src/docs/evidence.md}.
 */
@NullMarked
package dev.caprock.evidence;

import org.jspecify.annotations.NullMarked;
