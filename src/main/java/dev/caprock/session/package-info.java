/**
 * A session is one sandbox with repositories mounted for an agent, from request to proof of closing. This package holds the
 * aggregate: what a session and its runs are, and what may happen to them.
 */
@NullMarked
package dev.caprock.session;

import org.jspecify.annotations.NullMarked;
