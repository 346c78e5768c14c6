/**
 * How we say no: every error is {@code application/problem+json} with a code, what to do, and the id of the request's trace, whether
 * a controller, the framework or the servlet container found it. Other rooms throw a {@link Problem}, or translate what is theirs
 * with an advice that stands before ours.
 */
@NullMarked
package dev.caprock.problem;

import org.jspecify.annotations.NullMarked;
