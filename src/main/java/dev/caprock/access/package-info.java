/**
 * Who is calling, and for which tenant.
 */
@NullMarked
package dev.caprock.access;

import org.jspecify.annotations.NullMarked;
