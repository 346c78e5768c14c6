@NullMarked
package dev.caprock.trace;

import org.jspecify.annotations.NullMarked;
