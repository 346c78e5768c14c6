@NullMarked
package dev.caprock.retention;

import org.jspecify.annotations.NullMarked;
