@NullMarked
package dev.caprock.workspace;

import org.jspecify.annotations.NullMarked;
