@NullMarked
package dev.caprock.session.sweep;

import org.jspecify.annotations.NullMarked;
