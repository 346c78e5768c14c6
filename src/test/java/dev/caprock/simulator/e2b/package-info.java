/**
 * A stand-in for E2B on loopback: control API, proxy and the daemon in each sandbox, as far as a client without PTYs and
 * template builds can tell. Commands run for real in throw-away machines. It was written from the wire reference only,
 * without a look at our client, so that a misreading is not built in twice.
 */
@NullMarked
package dev.caprock.simulator.e2b;

import org.jspecify.annotations.NullMarked;
