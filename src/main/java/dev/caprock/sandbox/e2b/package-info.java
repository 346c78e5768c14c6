/**
 * E2B sandboxes over E2B's control API and the envd daemon's Connect protocol.
 */
@NullMarked
package dev.caprock.sandbox.e2b;

import org.jspecify.annotations.NullMarked;
