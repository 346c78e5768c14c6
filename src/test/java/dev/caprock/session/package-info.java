/** Tests of the aggregate, and what brings it to where a test wants it. */
@NullMarked
package dev.caprock.session;

import org.jspecify.annotations.NullMarked;
