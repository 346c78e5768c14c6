/** What is sent that should not be. */
@NullMarked
package dev.caprock.requests;

import org.jspecify.annotations.NullMarked;
