@NullMarked
package dev.caprock.tenant;

import org.jspecify.annotations.NullMarked;
