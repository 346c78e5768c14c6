@NullMarked
package dev.caprock.idempotency;

import org.jspecify.annotations.NullMarked;
