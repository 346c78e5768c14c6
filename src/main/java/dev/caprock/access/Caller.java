package dev.caprock.access;

/**
 * Who is calling.
 *
 * @param tenant whose sessions they see
 * @param subject who they are within it
 */
public record Caller(String tenant, String subject) {}
