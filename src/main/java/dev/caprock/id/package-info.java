/**
 * Ids of what is ours: UUIDs that sort by time, and how callers see them.
 */
@NullMarked
package dev.caprock.id;

import org.jspecify.annotations.NullMarked;
