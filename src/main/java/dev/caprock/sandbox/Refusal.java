package dev.caprock.sandbox;

/**
 * Something asked for that a provider cannot do.
 *
 * @param field the field of {@link Specification} that asks for it, for example {@code vcpus}
 * @param message what is possible instead, as a sentence for the caller
 */
public record Refusal(String field, String message) {}
