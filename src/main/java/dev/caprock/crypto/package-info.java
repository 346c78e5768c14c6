/**
 * What every Java has of cryptography, without the exceptions that no Java throws: digests, and signatures of Ed25519. Encryption is
 * in {@code secrets}.
 */
@NullMarked
package dev.caprock.crypto;

import org.jspecify.annotations.NullMarked;
