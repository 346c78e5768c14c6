/**
 * Vercel Sandbox over its REST API, as the JavaScript SDK 3.5.0 and the hosted service of October 2026 speak it.
 *
 * <p>A sandbox is a name in a project, chosen by us; each boot of it is a session with an id of its own. We never boot one
 * again: a session that has ended is a sandbox that is lost.
 *
 * <p>A command costs two calls one after another, its start and its log; a launched one and an upload cost one, after the
 * first upload has asked where home is. So from nothing to a started agent it takes six: create, the question for home (two),
 * upload, start (two), with the mount (one) and the preparing (two) beside the uploads.
 */
@NullMarked
package dev.caprock.sandbox.vercel;

import org.jspecify.annotations.NullMarked;
