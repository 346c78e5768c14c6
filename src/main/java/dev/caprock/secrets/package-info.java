/**
 * Envelope encryption of what must survive a crash: agent secrets, minted credentials.
 *
 * <p>Each owner (a session) has a data key of its own, which a master key of the service wraps. Forgetting an owner deletes its
 * data key, so that no copy of a ciphertext elsewhere can be read with what the database holds from then on. The associated data
 * of each ciphertext names owner and secret: a row that is copied to another owner or name does not open.
 *
 * <p>A replica has one current master key and any number of former ones. To rotate, a new one is made known to all replicas, then
 * made the current one, and a job rewraps what another one has wrapped.
 *
 * <p>A master key may be wrapped by a KMS. The KMS is asked at start and not for each data key: sealing happens in transactions,
 * which must not wait for a remote, and sessions go on while the KMS is away. Unwrapped data keys are not kept.
 */
@NullMarked
package dev.caprock.secrets;

import org.jspecify.annotations.NullMarked;
