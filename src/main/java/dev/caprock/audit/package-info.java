/**
 * Who did what: append-only records in hash chains (one per session, one per tenant for what has no session), and their
 * verification. Each record's hash covers the one before it, so that whoever edits, removes or reorders rows behind our back is
 * found, by a third party with nothing but SQL and SHA-256 too: the canonical form is in the first migration.
 */
@NullMarked
package dev.caprock.audit;

import org.jspecify.annotations.NullMarked;
