/**
 * What ties together all that is done for one request or session, whoever does it: W3C Trace Context. A session keeps its place in a
 * trace in its row, so that every replica that works on it goes on in the same trace. The spans are Micrometer's observations, given to
 * OpenTelemetry.
 */
@NullMarked
package dev.caprock.trace;

import org.jspecify.annotations.NullMarked;
