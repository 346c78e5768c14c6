/** Caprock as software in Java calls it. */
@NullMarked
package dev.caprock.client;

import org.jspecify.annotations.NullMarked;
