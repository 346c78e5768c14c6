package dev.caprock.workspace;

/**
 * A repository.
 *
 * @param id opaque and stable; what keys are restricted by
 * @param name unique in its organisation, and may change
 * @param defaultBookmark for example {@code main}
 * @param headChange the change that the default bookmark names; {@link Tip#ROOT} while nothing was ever written
 */
public record Repo(String id, String name, String defaultBookmark, String headChange) {}
