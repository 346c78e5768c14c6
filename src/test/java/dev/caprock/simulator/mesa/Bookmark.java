package dev.caprock.simulator.mesa;

/** Where a bookmark points, as a test sees it. */
public record Bookmark(String name, String changeId, String commitOid) {}
