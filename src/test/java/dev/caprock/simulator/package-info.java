/**
 * Stand-ins for the remotes: real HTTP servers on loopback that keep the wire protocols, run commands for real in throw-away
 * machines, and can be told to fail.
 */
@NullMarked
package dev.caprock.simulator;

import org.jspecify.annotations.NullMarked;
