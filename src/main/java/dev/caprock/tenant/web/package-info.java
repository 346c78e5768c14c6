/**
 * Holds back a tenant that asks too often.
 */
@NullMarked
package dev.caprock.tenant.web;

import org.jspecify.annotations.NullMarked;
