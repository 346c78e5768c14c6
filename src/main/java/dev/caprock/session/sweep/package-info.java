/**
 * The second line against leaks: a recurring job that compares what the accounts outside hold of this installation with what is
 * stored, and ends what nothing explains. The first line is the loop, whose rows are older than what they stand for; what the
 * sweep finds is therefore a fault of somebody's, and is told: as a row, a metric, a warning in the log, and in the audit chain
 * of the session it is tagged with.
 *
 * <p>It touches only what carries the tag of this installation, which was made at random in its database. Another deployment on
 * the same accounts has another database, and so another tag; who copies a database must give the copy a new one before it is
 * started ({@code update installation set tag = gen_random_uuid()}), else the two are one installation. Lists are read before
 * rows: a row is older than its thing, so that nothing young can look unexplained; what is younger than the longest create is
 * left alone all the same.
 *
 * <p>The job runs on db-scheduler, on whichever replica comes first. Should two ever sweep at once, because one was thought to be
 * dead, they do the same things, each of which may be done twice.
 *
 * <p>A session's own bookmark that outlives it is not swept. It costs nothing and opens nothing, and where settling did not
 * delete it, it holds edits of the agent that were not published: its caller was told so, and is the one to merge or drop it.
 */
@NullMarked
package dev.caprock.session.sweep;

import org.jspecify.annotations.NullMarked;
