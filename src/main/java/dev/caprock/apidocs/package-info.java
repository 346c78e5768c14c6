/**
 * The OpenAPI document. Paths, parameters and schemas are read from the controllers, scopes from the table of endpoints; what code
 * does not say (names, words, which errors an operation has) is in two tables here. A copy is in the source, and a test compares.
 */
@NullMarked
package dev.caprock.apidocs;

import org.jspecify.annotations.NullMarked;
