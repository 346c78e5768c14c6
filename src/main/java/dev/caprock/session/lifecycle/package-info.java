/**
 * Moves sessions: reads what is stored, decides what comes next, does it, and records what came of it.
 */
@NullMarked
package dev.caprock.session.lifecycle;

import org.jspecify.annotations.NullMarked;
