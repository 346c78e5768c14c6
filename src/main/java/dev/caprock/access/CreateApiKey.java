package dev.caprock.access;

import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Text;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks for an API key.
 *
 * @param expiresIn a duration; or
 * @param expiresAt a time; with neither it lives as long as the operator says
 */
record CreateApiKey(
        @Nullable String name,
        @Nullable List<@Nullable String> scopes,
        @Nullable String expiresIn,
        @Nullable String expiresAt) {

    private static final int LONGEST_NAME = 100;

    /** What was asked for, and holds. */
    record Checked(String name, Set<Scope> scopes, Instant expiresAt) {}

    /** Throws a problem that names all mistakes. */
    Checked check(AccessSettings.ApiKeyLife life, Instant now) {
        var mistakes = new Mistakes();
        String named = mistakes.required(name, () -> "none", "/name").strip();
        mistakes.check(
                Text.isLine(named, LONGEST_NAME),
                "/name",
                "Must be a line of 1 to %d characters.".formatted(LONGEST_NAME));
        Set<Scope> may = scopes(mistakes);
        Instant end = end(life, now, mistakes);
        mistakes.end();
        return new Checked(named, may, end);
    }

    private Set<Scope> scopes(Mistakes mistakes) {
        List<String> words = mistakes.list(scopes, Scope.values().length, "/scopes");
        mistakes.check(!words.isEmpty(), "/scopes", "Needs at least one scope.");
        var found = new LinkedHashSet<Scope>();
        for (int i = 0; i < words.size(); i++) {
            String pointer = "/scopes/" + i;
            Scope.of(words.get(i))
                    .ifPresentOrElse(
                            found::add,
                            () -> mistakes.add(
                                    pointer,
                                    "Must be one of %s."
                                            .formatted(Stream.of(Scope.values())
                                                    .map(Scope::text)
                                                    .toList())));
        }
        return found;
    }

    private Instant end(AccessSettings.ApiKeyLife life, Instant now, Mistakes mistakes) {
        mistakes.check(expiresIn == null || expiresAt == null, "/expiresAt", "Give either expiresIn or expiresAt.");
        String pointer = expiresAt == null ? "/expiresIn" : "/expiresAt";
        try {
            Instant end = expiresAt != null
                    ? Instant.parse(expiresAt)
                    : now.plus(expiresIn == null ? life.defaultLife() : Duration.parse(expiresIn));
            mistakes.check(
                    end.isAfter(now) && !end.isAfter(now.plus(life.maximumLife())),
                    pointer,
                    "The key must expire within %s from now.".formatted(life.maximumLife()));
            return end.truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeException | ArithmeticException unreadable) {
            mistakes.add(
                    pointer, "Must be a time such as 2026-01-31T12:00:00Z, or in expiresIn a duration such as P30D.");
            return now;
        }
    }
}
