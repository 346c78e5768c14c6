/**
 * Throw-away machines for the simulators of sandbox providers: a folder of the host in which commands run for real.
 * Whatever a command does to "the system" it does through stand-ins on its PATH, which act on that folder only.
 *
 * <p>What cannot be had without a kernel's help is left out: shell redirections to {@code /etc} reach the host (scripts
 * use {@code tee}), users are a name only, and a process that clears its environment and leaves the machine's folder is
 * found no more.
 */
@NullMarked
package dev.caprock.simulator.machine;

import org.jspecify.annotations.NullMarked;
