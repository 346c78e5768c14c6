@NullMarked
package dev.caprock.metrics;

import org.jspecify.annotations.NullMarked;
