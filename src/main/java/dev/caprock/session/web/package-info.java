/**
 * REST for sessions and their events.
 */
@NullMarked
package dev.caprock.session.web;

import org.jspecify.annotations.NullMarked;
