/**
 * Envelope encryption of what must survive a crash: agent secrets, minted credentials.
 *
 * <p>Each owner (a session) has a data key of its own, which the master key of the service wraps. Forgetting an owner deletes its
 * data key, so that no copy of a ciphertext elsewhere can be read with what the database holds from then on. The associated data
 * of each ciphertext names owner and secret: a row that is copied to another owner or name does not open.
 */
@NullMarked
package dev.caprock.secrets;

import org.jspecify.annotations.NullMarked;
