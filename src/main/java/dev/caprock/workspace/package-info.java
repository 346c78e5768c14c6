/**
 * The files that a session works on: Mesa repositories, the session's bookmark, the credential that a mount needs, and what
 * changed. The name Mesa appears only here and in configuration.
 */
@NullMarked
package dev.caprock.workspace;

import org.jspecify.annotations.NullMarked;
