@NullMarked
package dev.caprock.access;

import org.jspecify.annotations.NullMarked;
