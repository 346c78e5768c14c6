@NullMarked
package dev.caprock.remote;

import org.jspecify.annotations.NullMarked;
