/**
 * What Caprock needs of any maker of sandboxes, and the shell scripts that run inside one. Each provider is one hidden
 * package below; a further provider adds a folder and edits no Java elsewhere.
 */
@NullMarked
package dev.caprock.sandbox;

import org.jspecify.annotations.NullMarked;
