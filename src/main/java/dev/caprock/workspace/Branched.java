package dev.caprock.workspace;

/**
 * Where a session's own work starts.
 *
 * @param baseChange the change that it was branched from; {@link Tip#ROOT} in an empty repository
 * @param workChange the change that the session's bookmark names
 */
public record Branched(String baseChange, String workChange) {}
