/**
 * A provider that nobody sells: its sandboxes are simulated machines in this JVM. It shows what it takes to add one: a folder,
 * and no edit of any file outside.
 */
@NullMarked
package dev.caprock.sandbox.attic;

import org.jspecify.annotations.NullMarked;
