/**
 * Mesa as we know it from outside: a server on loopback that speaks its REST protocol, and mounts that speak to that server.
 *
 * <p>Written from the protocol reference alone, never from our client, so that one misreading cannot be made twice.
 * What the reference calls unknown is a setting here.
 */
@NullMarked
package dev.caprock.simulator.mesa;

import org.jspecify.annotations.NullMarked;
