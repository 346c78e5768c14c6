/** What holds of every request before a controller reads it: which form it has, and how large it may be. */
@NullMarked
package dev.caprock.requests;

import org.jspecify.annotations.NullMarked;
