/** Caprock runs AI coding agents for other software. Each room below is one noun of the domain. */
@NullMarked
package dev.caprock;

import org.jspecify.annotations.NullMarked;
