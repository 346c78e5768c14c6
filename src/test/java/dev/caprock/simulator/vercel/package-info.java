/**
 * A stand-in for Vercel Sandbox on loopback, as far as a client without forks, drives and terminals can tell. Commands run
 * for real in throw-away machines. It was written from the wire reference only, without a look at our client, so that a
 * misreading is not built in twice; the vendor's own SDK is its judge (src/test/conformance).
 *
 * <p>Two ids: a sandbox is a name in a project, a session is one boot of it. What the reference leaves open is decided
 * here in the way that is harder for a client, and marked as a guess.
 */
@NullMarked
package dev.caprock.simulator.vercel;

import org.jspecify.annotations.NullMarked;
