@NullMarked
package dev.caprock.webhook;

import org.jspecify.annotations.NullMarked;
